/** The choice of a rendition, or of the automatic one; kept in the address. */

import { RENDITIONS } from "../stream/rendition.js";

const KEY = "rendition";

/**
 * @param {HTMLSelectElement} select its empty value is the automatic choice
 * @param {(rendition: string) => void} onChoose called now and after each change
 */
export function attachQualityPicker(select, onChoose) {
  const requested = new URLSearchParams(location.search).get(KEY) ?? "";
  select.value = RENDITIONS.includes(requested) ? requested : "";
  onChoose(select.value);
  select.addEventListener("change", () => {
    const address = new URL(location.href);
    if (select.value) {
      address.searchParams.set(KEY, select.value);
    } else {
      address.searchParams.delete(KEY);
    }
    history.replaceState(null, "", address);
    onChoose(select.value);
  });
}
