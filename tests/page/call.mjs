/**
 * Calls a function of the page with a picture: standard input is JSON with the function's module and name, the picture
 * and the further arguments of each call, standard output that of the results. NaN is null in both.
 */

import { readFileSync } from "node:fs";

const { module, name, pixels, type, calls } = JSON.parse(readFileSync(0, "utf-8"));
const found = await import(`../../web/static/js/${module}`);
const numbers = pixels.data.map((value) => value ?? NaN);
const picture = { ...pixels, data: globalThis[type].from(numbers) };
const toJson = (_, value) => (ArrayBuffer.isView(value) ? [...value] : value);
process.stdout.write(JSON.stringify(calls.map((call) => found[name](picture, ...call)), toJson));
