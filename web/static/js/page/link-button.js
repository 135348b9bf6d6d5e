/** Copies a link to what is seen. */

/**
 * @param {HTMLElement} button
 * @param {() => string} address
 * @param {(text: string, tone?: string) => void} notice
 */
export function attachLinkButton(button, address, notice) {
  button.addEventListener("click", async () => {
    const text = address();
    try {
      await navigator.clipboard.writeText(text);
      notice("The link to this view was copied.", "yours");
    } catch {
      notice(`This browser does not let the page copy. The link to this view: ${text}`, "yours"); // as without TLS
    }
  });
}
