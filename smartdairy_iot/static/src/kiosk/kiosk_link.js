import { rpc } from "@web/core/network/rpc";

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
        const answer = await rpc(`/iot/kiosk/${path}`, body, { silent: true });
        if (answer.refused) {
            this.onRefused(answer.refused);
            throw new RefusedError(answer.refused);
        }
        return answer;
    }

    async open() {
        return (await this.ask("open")).kiosk;
    }

    /** @param {"live" | "cold_chain" | "milking"} what */
    async read(what) {
        return (await this.ask("read", { read: what })).data;
    }

    watch() {
        return this.ask("watch");
    }
}

/** The telemetry's two calls, by the link. Whatever else a component might call is refused. */
export function makeOrm(link, onWatched = () => {}) {
    const calls = {
        "farm.farm.get_live_board": () => link.read("live"),
        "farm.farm.watch_live": async () => {
            const news = await link.watch();
            onWatched(news);
            return news.milk;
        },
    };
    const orm = {
        async call(model, method) {
            const call = calls[`${model}.${method}`];
            if (!call) {
                throw new Error(`A kiosk does not call ${model}.${method}`);
            }
            return call();
        },
    };
    return Object.assign(orm, { silent: orm });
}
