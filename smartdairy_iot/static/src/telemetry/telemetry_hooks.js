import { onMounted, onPatched, onWillDestroy, onWillUnmount, useRef, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Keep the telemetry running as long as the component lives. */
export function useTelemetry() {
    const telemetry = useService("smartdairy_iot.telemetry");
    telemetry.acquire();
    onWillDestroy(() => telemetry.release());
    return telemetry;
}

/** Not `textContent`: a new text node costs a recalculation of styles, and so does the same text. */
export function setText(element, text) {
    const node = element?.firstChild;
    if (!node) {
        element?.append(text);
    } else if (node.data !== text) {
        node.data = text;
    }
}

/**
 * Write the age of something into `t-ref="age"`, each second and without rendering.
 *
 * @param {() => number} getTime milliseconds since the epoch, NaN for never
 */
export function useAge(getTime) {
    const telemetry = useService("smartdairy_iot.telemetry");
    const ref = useRef("age");
    const write = () => setText(ref.el, telemetry.formatAge(getTime()));
    onMounted(write);
    onPatched(write);
    onWillDestroy(telemetry.onTick(write));
}

/**
 * Write what changes all the time straight into the page, and only while it is on the screen: a
 * thousand tiles would render a thousand times per second.
 *
 * @param {string} refName of the element that is looked at
 * @param {object} device
 * @param {() => void} write at each reading, each second, and after each rendering
 * @param {() => void} [onSeen] when the element comes into sight
 */
export function useWhileSeen(refName, device, write, onSeen = () => {}) {
    const telemetry = useService("smartdairy_iot.telemetry");
    const ref = useRef(refName);
    let isSeen = true;
    let stop;
    const writeIfSeen = () => isSeen && ref.el && write();
    onMounted(() => {
        write();
        stop = telemetry.visibility.observe(ref.el, (seen) => {
            const comes = seen && !isSeen;
            isSeen = seen;
            if (comes) {
                write();
            }
            if (seen) {
                onSeen();
            }
        });
    });
    onPatched(write);
    onWillUnmount(() => stop());
    onWillDestroy(telemetry.onTick(writeIfSeen));
    onWillDestroy(telemetry.store.onDevice(device.device_id, writeIfSeen));
}

/**
 * The server's time, anew each ten seconds: what counts down renders by it.
 *
 * @returns {{ now: number }} milliseconds
 */
export function useNow() {
    const telemetry = useService("smartdairy_iot.telemetry");
    const clock = useState({ now: telemetry.now() });
    onWillDestroy(
        telemetry.onTick((now) => {
            if (Math.abs(now - clock.now) >= 10_000) {
                clock.now = now;
            }
        })
    );
    return clock;
}
