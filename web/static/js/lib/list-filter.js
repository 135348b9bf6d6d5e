/** Filters above a list: counts, search, and their settings in an address. Pure. */

export const ALL = "all";

/**
 * @typedef {object} Filter
 * @property {string} name of a group of entries; ALL: every one
 * @property {string} search part of a text of an entry
 */

/**
 * Return how many entries each filter has.
 * @template Entry
 * @param {Entry[]} entries
 * @param {Record<string, (entry: Entry) => boolean>} filters by name, ALL not among them
 * @returns {Record<string, number>}
 */
export function countEach(entries, filters) {
  const counts = Object.entries(filters).map(([name, isIn]) => [name, entries.filter(isIn).length]);
  return { [ALL]: entries.length, ...Object.fromEntries(counts) };
}

/**
 * Whether an entry is shown.
 * @template Entry
 * @param {Entry} entry
 * @param {string[]} texts of the entry that are searched
 * @param {Record<string, (entry: Entry) => boolean>} filters
 * @param {Filter} filter
 */
export function isShown(entry, texts, filters, { name, search }) {
  const sought = search.trim().toLowerCase();
  return (name === ALL || filters[name](entry)) && texts.some((text) => text.toLowerCase().includes(sought));
}

/** Return the filter in the query of an address. @param {string} query @param {string[]} names @returns {Filter} */
export function filterFromQuery(query, names) {
  const settings = new URLSearchParams(query);
  return { name: names.find((name) => name === settings.get("show")) ?? ALL, search: settings.get("find") ?? "" };
}

/** Return a query with this filter and its other settings. @param {string} query @param {Filter} filter */
export function withFilter(query, { name, search }) {
  return withSettings(query, { show: name === ALL ? "" : name, find: search.trim() });
}

/** Return a query with these settings; "": without it. @param {string} query @param {Record<string, string>} settings */
export function withSettings(query, settings) {
  const all = new URLSearchParams(query);
  for (const [name, text] of Object.entries(settings)) {
    if (text) {
      all.set(name, text);
    } else {
      all.delete(name);
    }
  }
  const text = all.toString().replace(/%2C/g, ",");
  return text && `?${text}`;
}
