import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";

/** Fetches the labels by POST, for their codes are made by that; then closes the dialog. */
export async function downloadClaimLabels(env, action) {
    env.services.ui.block();
    try {
        await download({ url: "/smartdairy_iot/claim/labels", data: action.params });
    } finally {
        env.services.ui.unblock();
    }
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("smartdairy_iot.download_claim_labels", downloadClaimLabels);
