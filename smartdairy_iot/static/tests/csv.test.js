import { describe, expect, test } from "@odoo/hoot";
import { toCsv, toFileName } from "@smartdairy_iot/export/csv";

describe.current.tags("headless");

const body = (rows) => toCsv(["a", "b"], rows).split("\r\n").slice(1, -1);

test("a file begins with the mark of UTF-8 and its headings", () => {
    expect(toCsv(["Time", "°C"], [])).toBe("\ufeffTime,°C\r\n");
});

test("commas, quotes and lines are quoted", () => {
    expect(body([['He said "hi"', "a, b"]])).toEqual(['"He said ""hi""","a, b"']);
    expect(toCsv(["a"], [["x\ny"]])).toInclude('"x\ny"');
});

test("a name that looks like a formula is text", () => {
    for (const text of ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1"]) {
        expect(body([[text, ""]])).toEqual([`'${text},`]);
    }
});

test("a negative number stays a number", () => {
    expect(body([[-1.5, "-1.5"]])).toEqual(["-1.5,-1.5"]);
});

test("what is missing is empty, zero is not", () => {
    expect(body([[null, 0]])).toEqual([",0"]);
    expect(body([[undefined, false]])).toEqual([","]);
});

test("a file name has no folders", () => {
    expect(toFileName("../a:b", "csv")).toBe(".. a b.csv");
    expect(toFileName("//", "png")).toBe("export.png");
});
