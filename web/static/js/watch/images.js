/** Which image of the stream is watched, where it has several: chosen on the page, kept in its address. */

/**
 * @param {HTMLSelectElement} select
 * @param {import("../page/kept.js").Kept} kept
 * @param {(image: string) => void} choose called now and after each change; "": the stream's own
 * @returns {(status: Record<string, any> | null) => void} to be told the stream's status
 */
export function offerImages(select, kept, choose) {
  let chosen = kept.get("image");
  let offered = "";
  choose(chosen);
  select.addEventListener("change", () => {
    chosen = select.value;
    kept.set("image", chosen);
    choose(chosen);
  });
  return (status) => {
    const images = Array.isArray(status?.images) ? status.images.filter((name) => typeof name === "string") : [];
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
