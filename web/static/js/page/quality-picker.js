/** Which rendition somebody insists on: chosen on the page, kept in its address. */

import { RENDITIONS } from "../stream/rendition.js";

const KEY = "rendition";

/**
 * @param {HTMLSelectElement} select its empty value is the automatic choice
 * @param {(rendition: string) => void} insist called now and after each change
 */
export function attachQualityPicker(select, insist) {
  const asked = new URLSearchParams(location.search).get(KEY);
  select.value = RENDITIONS.includes(asked) ? asked : "";
  insist(select.value);
  select.addEventListener("change", () => {
    const address = new URL(location.href);
    if (select.value) {
      address.searchParams.set(KEY, select.value);
    } else {
      address.searchParams.delete(KEY);
    }
    history.replaceState(null, "", address);
    insist(select.value);
  });
}
