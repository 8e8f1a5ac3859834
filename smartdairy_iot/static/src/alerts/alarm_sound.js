import { browser } from "@web/core/browser/browser";

/** Three rising pairs of tones: [seconds from now, hertz]. */
const TONES = [0, 0.6, 1.2].flatMap((start) => [
    [start, 660],
    [start + 0.2, 880],
]);
const LENGTH = 0.18;
const DURATION = 2;
const GESTURES = ["pointerdown", "keydown"];
/** How long a context that may start takes to do so. */
const START = 200;

/** A sound made by WebAudio: no file to fetch when the line is bad. */
export class AlarmSound {
    constructor() {
        this.context = null;
        this.until = 0;
        /** Called when what was held back is heard at last. */
        this.onHeard = () => {};
        this.onGesture = this.onGesture.bind(this);
    }

    /**
     * Play now, or, where the browser waits for a gesture of the user first, at that gesture.
     *
     * @returns {Promise<boolean>} whether it is heard now
     */
    async play() {
        if (!browser.AudioContext) {
            return false;
        }
        this.context ||= new browser.AudioContext();
        if (await this.start()) {
            this.sound();
            return true;
        }
        GESTURES.forEach((type) => browser.addEventListener(type, this.onGesture, true));
        return false;
    }

    async onGesture() {
        GESTURES.forEach((type) => browser.removeEventListener(type, this.onGesture, true));
        if (await this.start()) {
            this.sound();
            this.onHeard();
        }
    }

    /** `resume` without a gesture may never settle. */
    async start() {
        if (this.context.state !== "running") {
            const late = new Promise((resolve) => browser.setTimeout(resolve, START));
            await Promise.race([this.context.resume().catch(() => {}), late]);
        }
        return this.context.state === "running";
    }

    sound() {
        const { context } = this;
        if (context.currentTime < this.until) {
            return; // as for all that began together
        }
        this.until = context.currentTime + DURATION;
        for (const [start, frequency] of TONES) {
            const begin = context.currentTime + start;
            const tone = context.createOscillator();
            const volume = context.createGain();
            tone.frequency.value = frequency;
            // Without a ramp a tone begins and ends with a click.
            volume.gain.setValueAtTime(0, begin);
            volume.gain.linearRampToValueAtTime(0.4, begin + 0.02);
            volume.gain.linearRampToValueAtTime(0, begin + LENGTH);
            tone.connect(volume).connect(context.destination);
            tone.start(begin);
            tone.stop(begin + LENGTH);
        }
    }
}
