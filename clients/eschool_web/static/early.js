// @ts-check
// Stands in the head, before anything can be pressed: a form that is sent before the modules have
// come is held, and sent by them. Where no module comes the browser sends it, as without scripts.

(() => {
  /** @type {SubmitEvent | null} */
  let held = null;

  /** @param {SubmitEvent} event */
  function hold(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("[data-act], [data-send], #unlock")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held = event;
  }

  function release() {
    document.removeEventListener("submit", hold, true);
    const form = /** @type {HTMLFormElement | undefined} */ (held?.target ?? undefined);
    const submitter = held?.submitter;
    held = null;
    if (form?.isConnected) form.requestSubmit(submitter);
  }

  document.addEventListener("submit", hold, true);
  document.addEventListener("eschool-ready", release, { once: true });
  window.addEventListener("load", release, { once: true });
})();
