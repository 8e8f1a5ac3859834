/** Pure: which devices pass what was chosen, and where their tiles stand. */

export const NO_FILTER = { farm: [], type: [], status: [], tag: [], text: "" };

export function isFiltering(filter) {
    return Object.keys(NO_FILTER).some((key) => filter[key].length);
}

/** Old data is a status of its own to who looks for it. */
export function matches(device, { farm, type, status, tag, text }) {
    const says = (chosen, ...values) =>
        !chosen.length || values.some((value) => chosen.includes(value));
    const { name, device_id, location, stale } = device;
    return (
        says(farm, device.farm_id) &&
        says(type, device.device_type) &&
        says(status, device.status, stale && device.status === "ok" ? "stale" : null) &&
        says(tag, ...(device.tags || [])) &&
        `${name} ${device_id} ${location}`.toLowerCase().includes(text.trim().toLowerCase())
    );
}

/**
 * The farms with the devices that pass, by the place where they are.
 *
 * @param {object[]} farms `{ id, name, devices }`
 * @param {object} filter
 * @param {(device: object) => object} toRaw
 * @returns {{ farm: object, count: number, places: { name: string, devices: object[] }[] }[]}
 */
export function groupByPlace(farms, filter, toRaw) {
    const sections = [];
    for (const farm of farms) {
        const places = new Map();
        let count = 0;
        for (const entry of farm.devices) {
            const device = toRaw(entry);
            if (matches(device, filter)) {
                const place = places.get(device.location) || [];
                places.set(device.location, place);
                place.push(entry);
                count++;
            }
        }
        if (count || !isFiltering(filter)) {
            const names = [...places.keys()].sort(
                (a, b) => !a - !b || a.localeCompare(b, undefined, { numeric: true })
            );
            const list = names.map((name) => ({ name, devices: places.get(name) }));
            sections.push({ farm, count, places: list });
        }
    }
    return sections;
}

/** So many tiles of them, from the top; the counts stay those of all. */
export function firstTiles(sections, count) {
    let left = count;
    const cut = (place) => {
        const devices = place.devices.slice(0, left);
        left -= devices.length;
        return { ...place, devices };
    };
    return sections.map((section) => ({
        ...section,
        places: section.places.map(cut).filter(({ devices }) => devices.length),
    }));
}
