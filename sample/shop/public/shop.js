// Everything works without this file; it only saves reloading.

/** Puts the newest state of this page in place of the one that is shown. */
async function renew() {
  const main = document.querySelector('main');
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    // What somebody is typing, or about to press, stays as it is.
    const isBusy = document.activeElement.matches('main input, main select') || main.querySelector('button:hover');
    if (response.ok && !isBusy) {
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const at = document.activeElement;
      const before = main.contains(at) && at !== main ? at.outerHTML : undefined;
      main.replaceChildren(...page.querySelector('main').childNodes);
      // Whoever moves by the keyboard stays where he was.
      if (before) [...main.querySelectorAll(at.tagName)].find(({ outerHTML }) => outerHTML === before)?.focus();
    }
  } catch {
    // The shop is not there, perhaps just killed by the lab. It is asked again.
  }
  enliven();
}

function enliven() {
  const refreshed = document.querySelector('[data-refresh]');
  if (refreshed) setTimeout(renew, Number(refreshed.dataset.refresh));
  for (const input of document.querySelectorAll('[data-most-bytes]')) countBytes(input);
}

/** Says how many bytes a text has, as KICC counts them. */
function countBytes(input) {
  const { mostBytes, bytes } = input.dataset;
  const label = document.querySelector(`label[for="${input.id}"]`);
  const told = label.querySelector('output') ?? label.appendChild(document.createElement('output'));
  const tell = () => {
    const count = new Blob([input.value.trim().normalize('NFC')]).size;
    told.textContent = ` ${count} / ${mostBytes} ${bytes}`;
    told.className = count > Number(mostBytes) ? 'fault' : 'quiet';
  };
  input.addEventListener('input', tell);
  tell();
}

// What somebody has typed is not lost by a link: the browser asks first.
let isTyped = false;
addEventListener('input', ({ target }) => (isTyped ||= target.form?.method === 'post'));
addEventListener('submit', () => (isTyped = false));
addEventListener('beforeunload', (event) => isTyped && event.preventDefault());

// A button that was pressed is not pressed again by the same click; the server would take it for the same refund anyway.
addEventListener('submit', (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = 'yes';
  setTimeout(() => delete event.target.dataset.sent, 3000);
});
enliven();
// "Back" after signing out would show what the browser has kept of a page.
addEventListener('pageshow', async ({ persisted }) => {
  if (persisted && (await fetch(location.href, { method: 'HEAD' })).status === 401) location.replace(location.href);
});
