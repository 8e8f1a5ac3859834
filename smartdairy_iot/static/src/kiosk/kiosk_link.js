import { rpc } from "@web/core/network/rpc";
import { within } from "../telemetry/within";

/** The link shows nothing any more: revoked, expired, or never was one. */
export class RefusedError extends Error {
    /** @param {string} reason "unknown", "revoked", "expired" or "closed" */
    constructor(reason) {
        super(reason);
        this.reason = reason;
    }
}

/**
 * All that a screen can ask the server for. It has the token in memory and in the link's part
 * behind #, which is not sent with a request for the page.
 */
export class KioskLink {
    /** @param {string} token */
    constructor(token) {
        this.token = token;
        this.onRefused = () => {};
    }

    get channel() {
        return `iot.kiosk_${this.token}`;
    }

    async ask(path, params = {}) {
        const body = { token: this.token, ...params };
        const answer = await within(rpc(`/iot/kiosk/${path}`, body, { silent: true }));
        if (answer.refused) {
            this.onRefused(answer.refused);
            throw new RefusedError(answer.refused);
        }
        return answer;
    }

    async open() {
        return (await this.ask("open")).kiosk;
    }

    /**
     * @param {"live" | "cold_chain" | "milking" | "trends" | "cooling_curve"} what
     * @param {number[]} [ids] of devices or a tank: the last two are of something
     */
    async read(what, ids) {
        return (await this.ask("read", { read: what, of: ids })).data;
    }

    watch() {
        return this.ask("watch");
    }
}

/** The calls of what a wall shows, by its link. Whatever else a component might call is refused. */
export function makeOrm(link, onWatched = () => {}) {
    const calls = {
        "farm.farm.get_live_board": () => link.read("live"),
        "farm.farm.get_live_trends": ([ids]) => link.read("trends", ids),
        "farm.tank.get_cooling_curve": ([ids]) => link.read("cooling_curve", ids),
        "farm.farm.watch_live": async () => {
            const news = await link.watch();
            onWatched(news);
            return news.milk;
        },
    };
    const orm = {
        async call(model, method, args = []) {
            const call = calls[`${model}.${method}`];
            if (!call) {
                throw new Error(`A kiosk does not call ${model}.${method}`);
            }
            return call(args);
        },
    };
    return Object.assign(orm, { silent: orm });
}
