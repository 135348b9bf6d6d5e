/** The choice between a stream's images, where it has several; kept in the address. */

const MAX_IMAGES_IN_STATUS = 32; // a status lists no more

/**
 * @param {HTMLSelectElement} select
 * @param {import("../lib/preferences.js").Preferences} preferences
 * @param {(image: string) => void} onChoose called now and after each change; "": the stream's default image
 * @param {(text: string) => void} onNotice
 * @returns {(status: Record<string, any> | null, refusal: {part?: string} | null) => void} to be called with the
 *   stream's status, and why the server refuses it
 */
export function attachImagePicker(select, preferences, onChoose, onNotice) {
  let chosen = preferences.get("image");
  let offeredKey = "";
  onChoose(chosen);
  const change = (/** @type {string} */ image) => {
    chosen = select.value = image;
    preferences.set("image", chosen);
    onChoose(chosen);
  };
  select.addEventListener("change", () => change(select.value));
  return (status, refusal) => {
    const images = Array.isArray(status?.images) ? status.images.filter((name) => typeof name === "string") : [];
    const areAll = images.length > 0 && images.length < MAX_IMAGES_IN_STATUS;
    if (chosen && (refusal?.part === "image" || (areAll && !images.includes(chosen)))) {
      onNotice(`This stream has no image “${chosen}”. Its default image is shown.`);
      change("");
    }
    const key = JSON.stringify([images, status?.image]);
    if (key !== offeredKey) {
      offeredKey = key;
      const own = status?.image ?? images[0];
      const options = images.map((name) => new Option(name, name === own ? "" : name));
      select.replaceChildren(...options);
      select.value = chosen;
      select.hidden = images.length < 2;
    }
  };
}
