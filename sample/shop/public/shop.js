// Everything works without this file; it only saves reloading.

/** What somebody points at must not be put in place of another while it is pressed. */
const POINTED_AT = 'button:hover';

/** Follows where a refund stands, by server-sent events. */
function follow(element) {
  const events = new EventSource(element.dataset.live);
  events.addEventListener('moved', ({ data }) => (element.innerHTML = data));
  events.addEventListener('end', () => {
    events.close();
    again();
  });
  addEventListener('pagehide', () => events.close());
}

/** Puts the newest state of this page in place of the one that is shown. */
async function renew() {
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (!response.ok || response.redirected) return false;
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const main = document.querySelector('main');
    const focused = document.activeElement;
    if (main.contains(focused) && focused !== main && focused.matches('input, select')) return true;
    if (main.querySelector(POINTED_AT)) return false;
    const before = focused.outerHTML;
    const wasInside = main.contains(focused) && focused !== main;
    main.innerHTML = page.querySelector('main').innerHTML;
    // Whoever moves by the keyboard stays where he was.
    if (wasInside) [...main.querySelectorAll(focused.tagName)].find(({ outerHTML }) => outerHTML === before)?.focus();
    enliven();
    return true;
  } catch {
    // The shop is not there, perhaps just killed by the lab. It is asked again.
    return false;
  }
}

function enliven() {
  for (const element of document.querySelectorAll('[data-live]')) follow(element);
  const refreshed = document.querySelector('[data-refresh]:not([data-refresh=""])');
  if (refreshed) setTimeout(again, Number(refreshed.dataset.refresh));
}

async function again() {
  if (!(await renew())) setTimeout(again, 1000);
}

// A button that was pressed is not pressed again by the same click; the server would take it for the same refund anyway.
addEventListener('submit', (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = 'yes';
  setTimeout(() => delete event.target.dataset.sent, 3000);
});
// "Back" shows the order as it is now.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
enliven();
