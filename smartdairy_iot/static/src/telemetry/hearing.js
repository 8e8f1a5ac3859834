/** Pure: a websocket may be open at this end only, and tells nobody. */

/** Milliseconds of silence after which one looks whether there was something to hear. */
const PATIENCE = 30_000;
/** Where devices are silent for minutes, one looks less and less often. */
const LONGEST = 300_000;
/** What is on its way, and what clocks may differ by. */
const MARGIN = 5_000;

export class Hearing {
    /** @param {() => number} now the server's clock, in milliseconds */
    constructor(now) {
        this.now = now;
        this.patience = PATIENCE;
        this.leave();
    }

    /** From now on everything is told. */
    listen() {
        this.since = this.lookedAt = this.now();
    }

    leave() {
        this.since = this.lookedAt = NaN;
    }

    /** The bus told something. */
    heard() {
        this.listen();
        this.patience = PATIENCE;
    }

    /** @returns {boolean} whether it is time to look at a snapshot; once */
    isDue() {
        const isDue = this.now() - this.lookedAt > this.patience;
        if (isDue) {
            this.lookedAt = this.now();
            this.patience = Math.min(2 * this.patience, LONGEST);
        }
        return isDue;
    }

    /**
     * Whether a snapshot knows of what the bus should have told.
     *
     * @param {number[]} times when each device was last heard
     */
    isDeaf(times) {
        const now = this.now();
        const isMissed = (time) => time > this.since + MARGIN && time < now - MARGIN;
        return now - this.since > PATIENCE && times.some(isMissed);
    }
}
