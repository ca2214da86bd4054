/** The console's script. Everything works without it; it only saves reloading. */
export const SCRIPT = `'use strict';
(() => {
  const main = document.querySelector('main');
  const said = document.getElementById('announced');

  // What somebody is typing, has opened, or is about to press, stays as it is.
  const isBusy = () =>
    main.querySelector('button:hover, a:hover') !== null ||
    main.querySelector('details[open] form') !== null ||
    (main.contains(document.activeElement) && document.activeElement.matches('input, select, textarea, summary'));

  let isRenewing = false;
  async function renew() {
    if (isRenewing || document.hidden) return;
    if (isBusy()) return setTimeout(renew, 1000);
    isRenewing = true;
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (!response.ok || response.redirected || isBusy()) return;
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const at = document.activeElement;
      const before = main.contains(at) ? at.outerHTML : undefined;
      const opened = [...main.querySelectorAll('details[open][id]')].map(({ id }) => id);
      main.replaceChildren(...page.querySelector('main').childNodes);
      for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
      // Whoever moves by the keyboard stays where he was.
      if (before) [...main.querySelectorAll(at.tagName)].find(({ outerHTML }) => outerHTML === before)?.focus();
      said.textContent = said.dataset.words;
    } catch {
      // The server is away for a moment; its events come again.
    } finally {
      isRenewing = false;
    }
  }

  // The answer to a form is of one moment.
  if (document.body.dataset.live && !new URLSearchParams(location.search).has('act')) {
    const events = new EventSource(document.body.dataset.live);
    events.addEventListener('changed', renew);
    addEventListener('pagehide', () => events.close());
    addEventListener('visibilitychange', () => document.hidden || renew());
  }

  // A button that was pressed is not pressed again by the same click; the server would take it for the same decision anyway.
  addEventListener('submit', ({ target }) => {
    for (const button of target.querySelectorAll('button')) setTimeout(() => (button.disabled = true));
  });
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
})();
`;
