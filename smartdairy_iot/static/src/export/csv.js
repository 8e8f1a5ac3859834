/** Pure: rows as CSV that a spreadsheet opens as it was meant. */

/** What a device or an animal is called must not become a formula in somebody's spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+([.,]\d+)?$/;
/** Excel takes a file for UTF-8 only with this mark. */
const MARK = "\ufeff";

function toCell(value) {
    if (value === null || value === undefined || value === false) {
        return "";
    }
    let text = String(value);
    if (typeof value !== "number" && FORMULA.test(text) && !NUMBER.test(text)) {
        text = `'${text}`;
    }
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * By RFC 4180; numbers with a point, whatever the language of the user.
 *
 * @param {string[]} columns
 * @param {(string | number | null)[][]} rows
 */
export function toCsv(columns, rows) {
    return MARK + [columns, ...rows].map((row) => row.map(toCell).join(",") + "\r\n").join("");
}

/** Without what no file name can have. */
export function toFileName(name, extension) {
    const plain = name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ").trim();
    return `${plain || "export"}.${extension}`;
}
