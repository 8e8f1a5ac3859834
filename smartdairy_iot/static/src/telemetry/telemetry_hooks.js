import { onMounted, onPatched, onWillDestroy, useRef } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { formatAge } from "./format";

/** Keep the telemetry running as long as the component lives. */
export function useTelemetry() {
    const telemetry = useService("smartdairy_iot.telemetry");
    telemetry.acquire();
    onWillDestroy(() => telemetry.release());
    return telemetry;
}

/**
 * Write the age of something into `t-ref="age"`, each second and without rendering: a thousand
 * tiles would render a thousand times per second only to count.
 *
 * @param {() => number} getTime milliseconds since the epoch, NaN for never
 */
export function useAge(getTime) {
    const telemetry = useService("smartdairy_iot.telemetry");
    const ref = useRef("age");
    const write = () => {
        const time = getTime();
        const text = isNaN(time) ? "" : formatAge(telemetry.now() - time).toString();
        if (!ref.el) {
            return;
        }
        if (ref.el.firstChild) {
            // Not `textContent`: a new text node costs a recalculation of styles.
            ref.el.firstChild.data = text;
        } else {
            ref.el.textContent = text;
        }
    };
    onMounted(write);
    onPatched(write);
    onWillDestroy(telemetry.onTick(write));
}
