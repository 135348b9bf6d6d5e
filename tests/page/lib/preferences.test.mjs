import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Preferences } from "../../../web/static/js/lib/preferences.js";

/** Opens an address in a browser that remembers some settings of the stream "camera". */
function open(address, remembered = {}) {
  const stored = new Map([["beamcast:camera", JSON.stringify(remembered)]]);
  globalThis.location = new URL(address, "http://beamcast");
  globalThis.history = { replaceState: (_state, _title, url) => (globalThis.location = new URL(url)) };
  globalThis.localStorage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, text) => stored.set(key, text) };
  return { preferences: new Preferences("camera", true), stored: () => JSON.parse(stored.get("beamcast:camera")) };
}

beforeEach(() => open("/"));

test("without settings in the address the remembered ones are used, said, and put into it", () => {
  const { preferences } = open("/view/camera", { view: "fitr1", look: "log" });
  assert.equal(preferences.get("view"), "fitr1");
  assert.equal(preferences.get("regions"), "");
  assert.deepEqual([...preferences.remembered], ["view"]);
  assert.equal(location.search, "?view=fitr1");
});

test("a link has all its settings: what is missing has its default, whatever is remembered", () => {
  const { preferences } = open("/view/camera?look=viridis", { view: "fitr1", look: "log" });
  assert.deepEqual([preferences.get("look"), preferences.get("view")], ["viridis", ""]);
  assert.equal(preferences.remembered.size, 0);
  assert.equal(location.search, "?look=viridis");
});

for (const name of ["pixel", "marker", "line", "edges", "mask", "range"]) {
  test(`an address with ${name} is a link`, () => {
    const { preferences } = open(`/view/camera?${name}=1`, { view: "fitr1" });
    assert.deepEqual([preferences.get(name), preferences.get("view")], ["1", ""]);
  });
}

test("settings that are not of the view are remembered beside a link", () => {
  const { preferences } = open("/view/camera?look=viridis&kiosk=1", { memory: "20s" });
  assert.equal(preferences.get("memory"), "20s");
  const kiosk = open("/view/camera?kiosk=1", { view: "fitr1" });
  assert.equal(kiosk.preferences.get("view"), "fitr1");
});

test("a changed setting is stored, is in the address, and counts as remembered no more", () => {
  const { preferences, stored } = open("/view/camera", { view: "fitr1" });
  preferences.get("view");
  preferences.set("view", "fitr1");
  assert.ok(preferences.remembered.has("view"));
  preferences.set("view", "fitr2");
  assert.equal(preferences.remembered.has("view"), false);
  assert.equal(stored().view, "fitr2");
  preferences.set("view", "");
  assert.equal(location.search, "");
});

test("an address that already has a setting is not rewritten", () => {
  const { preferences } = open("/view/camera?look=jet,log");
  preferences.set("look", "jet,log");
  assert.equal(location.href, "http://beamcast/view/camera?look=jet,log");
});

test("a link to a view without settings says so, so that nothing remembered replaces it", () => {
  assert.equal(open("/view/camera").preferences.link, "http://beamcast/view/camera?view=fit");
  const set = open("/view/camera?look=log").preferences;
  assert.equal(set.link, "http://beamcast/view/camera?look=log");
});

test("a page of several streams leaves its address alone", () => {
  open("/view/a,camera", { view: "fitr1" });
  const preferences = new Preferences("camera");
  assert.equal(preferences.get("view"), "fitr1");
  assert.equal(location.search, "");
});
