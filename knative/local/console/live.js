// Keeps a page up to date: when the stream says that something changed, the page is fetched again and only what differs
// is put in place, so that focus, selection and opened details stay.

const main = document.querySelector('main[data-live]');
const line = document.querySelector('[data-line]');
const pauseMs = 250;

if (main) {
  let waiting = false;
  let first = true;
  const refresh = async () => {
    waiting = false;
    const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const next = page.querySelector('main');
    if (next && !main.querySelector('form :focus')) morph(main, next);
    morph(document.querySelector('nav'), page.querySelector('nav'));
  };
  const changed = () => {
    if (waiting || document.hidden) return;
    waiting = true;
    setTimeout(refresh, pauseMs);
  };
  const stream = new EventSource('/api/stream');
  stream.onopen = () => {
    line.hidden = false;
    line.classList.remove('off');
    line.querySelector('span').textContent = 'live';
    if (!first) changed();
    first = false;
  };
  stream.onerror = () => {
    line.hidden = false;
    line.classList.add('off');
    line.querySelector('span').textContent = 'not connected';
  };
  for (const kind of main.dataset.live.split(' ')) stream.addEventListener(kind, changed);
  document.addEventListener('visibilitychange', changed);
}

/** Makes the children of one element like those of another; elements with the same `data-key` are kept. */
function morph(from, to) {
  const keyed = new Map(
    [...from.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]),
  );
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const key = wanted.dataset?.key;
    const kept = key ? keyed.get(key) : undefined;
    if (kept && kept !== at) from.insertBefore(kept, at);
    else if (!kept && (!at || !alike(at, wanted))) {
      const added = document.importNode(wanted, true);
      if (key) added.classList.add('new');
      from.insertBefore(added, at);
      continue;
    }
    const present = kept ?? at;
    at = present.nextSibling;
    update(present, wanted);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && !a.dataset?.key && !b.dataset?.key;

function update(present, wanted) {
  if (present.nodeType === Node.TEXT_NODE) {
    if (present.data !== wanted.data) present.data = wanted.data;
    return;
  }
  if (present.nodeType !== Node.ELEMENT_NODE) return;
  for (const { name, value } of wanted.attributes)
    if (present.getAttribute(name) !== value) present.setAttribute(name, value);
  for (const { name } of [...present.attributes])
    if (!wanted.hasAttribute(name) && name !== 'open') present.removeAttribute(name);
  morph(present, wanted);
}
