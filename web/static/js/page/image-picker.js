/** Which image of the stream is watched, where it has several: chosen on the page, kept in its address. */

const MOST_TOLD = 32; // a status names no more

/**
 * @param {HTMLSelectElement} select
 * @param {import("../lib/preferences.js").Kept} kept
 * @param {(image: string) => void} choose called now and after each change; "": the stream's own
 * @param {(text: string) => void} notice
 * @returns {(status: Record<string, any> | null, refusal: {part?: string} | null) => void} to be told the
 *   stream's status, and why it is not watched
 */
export function attachImagePicker(select, kept, choose, notice) {
  let chosen = kept.get("image");
  let offered = "";
  choose(chosen);
  const change = (/** @type {string} */ image) => {
    chosen = select.value = image;
    kept.set("image", chosen);
    choose(chosen);
  };
  select.addEventListener("change", () => change(select.value));
  return (status, refusal) => {
    const images = Array.isArray(status?.images) ? status.images.filter((name) => typeof name === "string") : [];
    const isAll = images.length > 0 && images.length < MOST_TOLD;
    if (chosen && (refusal?.part === "image" || (isAll && !images.includes(chosen)))) {
      notice(`This stream has no image ${chosen}; its own is shown.`);
      change("");
    }
    const known = JSON.stringify([images, status?.image]);
    if (known !== offered) {
      offered = known;
      const own = status?.image ?? images[0];
      const options = images.map((name) => new Option(name, name === own ? "" : name));
      select.replaceChildren(...options);
      select.value = chosen;
      select.hidden = images.length < 2;
    }
  };
}
