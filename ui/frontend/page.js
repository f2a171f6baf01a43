// What Streamlit cannot do itself: citation chips with a card and a click, what words of method mean, copying an
// answer, marking the quote in the drawer, a polite status for screen readers, and noticing that Stop ended the script.
// All text enters by textContent, so that no document or model can write HTML into the page.

const LINKS = 'a[href^="#cite-"], a[href^="#copy-"], a[href^="#term-"]';
const LETTERS = /[\p{L}\p{N}]/gu;
// By then tables and charts have their height, and Streamlit has ended its own way down to the last line.
const DRAWN_MILLISECONDS = 1200;
const idOf = (link) => link.getAttribute("href").replace(/^#(cite|copy|term)-/, "");
const isChip = (link) => link.getAttribute("href").startsWith("#cite-");
const isTerm = (link) => link.getAttribute("href").startsWith("#term-");
const linkOf = (event) => event.target.closest?.(LINKS);

// What was last drawn. The listeners are set once and read it, so that no click falls between two drawings.
// It hangs on the window because Streamlit may load this module again.
const page = (window.bearing ??= { sources: {}, terms: {}, copies: {}, isAnswering: false, isListening: false });

export default function ({ data, setTriggerValue, parentElement }) {
  Object.assign(page, data, { setTriggerValue, theme: getComputedStyle(parentElement) });
  if (!page.isListening) {
    listen();
    // A conversation that is opened begins at its last question, not at the end of the answer.
    if (!page.isAnswering) showLastQuestion();
  }
  // What is said while an answer is written is gone, so that the same words are told anew when it is there.
  say(page.isAnswering ? "" : page.announcement || undefined);
  tend();
  // A source asked for while the answer was written; opening it then would have ended the answer.
  if (!page.isAnswering && page.sources[page.waiting]) {
    setTriggerValue("opened", page.waiting);
    page.waiting = undefined;
  }
  clearInterval(page.watch);
  if (page.isAnswering) {
    if (!page.wasAnswering) page.hasScrolled = false;
    watchForStop();
  } else if (page.wasAnswering && !page.hasScrolled) {
    // Whoever has not gone elsewhere reads an answer from its question on, not from its end.
    showLastQuestion();
  }
  page.wasAnswering = page.isAnswering;
}

function listen() {
  page.isListening = true;
  document.addEventListener("click", press, true);
  document.addEventListener("keydown", press, true);
  document.addEventListener("keydown", shortcut, true);
  document.addEventListener("pointerdown", () => { page.hasMoved = true; page.wanted = undefined; }, true);
  document.addEventListener("mouseover", showCard);
  document.addEventListener("focusin", showCard);
  document.addEventListener("mouseout", (event) => linkOf(event) && hideCard());
  document.addEventListener("focusout", hideCard);
  for (const type of ["wheel", "touchmove"])
    document.addEventListener(type, () => { page.hasScrolled = true; }, { passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "PageUp" || event.key === "PageDown") page.hasScrolled = true;
  });
  page.widths = new ResizeObserver((tables) => tables.forEach(reach));
  new MutationObserver(tend).observe(document.body, { childList: true, subtree: true });
}

function tend() {
  // The question being answered comes into view wherever the reader was.
  const asked = document.querySelector(".st-key-question-now");
  if (asked && asked !== page.asked) asked.scrollIntoView();
  page.asked = asked;
  focusWanted();
  document.querySelectorAll(LINKS).forEach(name);
  document.querySelectorAll('[data-testid="stSidebarNavItems"] li').forEach(tellAsList);
  document.querySelectorAll('[data-testid="stTable"] table').forEach((table) => page.widths.observe(table));
  markQuote();
}

// The navigation puts its sections between the list and its items, which screen readers then lose.
function tellAsList(item) {
  const whole = item.closest('[data-testid="stSidebarNavItems"]');
  if (item.parentElement === whole || item.parentElement.role === "list") return;
  item.parentElement.setAttribute("role", "list");
  for (let at = item.parentElement.parentElement; at && at !== whole.parentElement; at = at.parentElement)
    at.setAttribute("role", "none");
}

// A table that is wider than its place is moved with the keys, too; observed again, it is observed once.
function reach({ target }) {
  const place = target.parentElement;
  if (!place) return;
  const isWider = place.scrollWidth > place.clientWidth;
  for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", target.ariaLabel ?? "Table"]])
    if (isWider) place.setAttribute(name, value);
    else place.removeAttribute(name);
}

function name(link) {
  link.removeAttribute("target");
  link.setAttribute("role", "button");
  if (isTerm(link)) return link.setAttribute("aria-label", `${link.textContent}: ${page.terms[idOf(link)] ?? ""}`);
  if (!isChip(link)) return link.setAttribute("aria-label", "Copy this answer");
  const source = page.sources[idOf(link)];
  link.setAttribute("aria-label", `Source ${link.textContent}` + (source ? `: ${source.title}` : ""));
  link.setAttribute("aria-disabled", String(!source));
}

function press(event) {
  const link = linkOf(event);
  if (!link || (event.type === "keydown" && event.key !== " ")) return;
  event.preventDefault();
  event.stopPropagation();
  // A word is told on a touch too, where nothing hovers.
  if (isTerm(link)) return showCard(event);
  hideCard();
  if (!isChip(link)) copy(link);
  else if (page.isAnswering) page.waiting = idOf(link);
  else if (page.sources[idOf(link)]) page.setTriggerValue("opened", idOf(link));
}

async function copy(link) {
  const label = link.lastChild;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(page.copies[idOf(link)]);
    label.textContent = " Copied";
    say("The answer is copied");
  } catch {
    label.textContent = " Not allowed by the browser";
  }
  setTimeout(() => { label.textContent = before; }, 1500);
}

const QUESTION_BOX = '[data-testid="stChatInputTextArea"]';
const SEARCH_BOX = 'input[aria-label="Search conversations"]';

// A new question, the search, and the question box before anything else.
function shortcut(event) {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  if (isCommand && event.shiftKey && key === "o") {
    document.querySelector('[data-testid="stSidebarNavLink"]')?.click();
    page.wanted = QUESTION_BOX;
  } else if (isCommand && !event.shiftKey && key === "k") {
    document.querySelector('[data-testid="stExpandSidebarButton"]')?.click();
    page.wanted = SEARCH_BOX;
  } else if (key === "tab" && !event.shiftKey && !page.hasMoved && document.querySelector(QUESTION_BOX)) {
    page.wanted = QUESTION_BOX;
  } else {
    return;
  }
  page.hasMoved = true;
  event.preventDefault();
  event.stopPropagation();
  focusWanted();
}

function focusWanted() {
  const box = page.wanted && document.querySelector(page.wanted);
  if (!box) return;
  box.focus();
  page.wanted = undefined;
}

function showLastQuestion() {
  const scroll = setTimeout(() => {
    [...document.querySelectorAll('[class*="st-key-question-"]')].pop()?.scrollIntoView();
  }, DRAWN_MILLISECONDS);
  for (const type of ["wheel", "touchstart", "pointerdown", "keydown"])
    document.addEventListener(type, () => clearTimeout(scroll), { once: true, capture: true });
}

function hideCard() {
  document.getElementById("bearing-card")?.remove();
}

function showCard(event) {
  const link = linkOf(event);
  const lines = link ? told(link) : [];
  if (!lines.length) return;
  hideCard();
  const card = document.createElement("div");
  card.id = "bearing-card";
  card.setAttribute("role", "tooltip");
  for (const part of ["background-color", "text-color", "border-color"])
    card.style.setProperty(`--card-${part}`, page.theme.getPropertyValue(`--st-${part}`));
  for (const [tag, text] of lines) {
    const part = document.createElement(tag);
    part.textContent = text;
    card.append(part);
  }
  document.querySelector(".stApp").append(card);
  const at = link.getBoundingClientRect();
  card.style.left = `${Math.max(8, Math.min(at.left, innerWidth - card.offsetWidth - 8))}px`;
  const above = at.top - card.offsetHeight - 8;
  card.style.top = `${above > 0 ? above : at.bottom + 8}px`;
}

// What the card of a link says: of a source what is quoted, of a word of method what it means.
function told(link) {
  const source = page.sources[idOf(link)];
  if (isChip(link) && source) return [["strong", source.title], ["span", source.quote], ["small", source.where]];
  const meaning = isTerm(link) && page.terms[idOf(link)];
  return meaning ? [["strong", link.textContent], ["span", meaning]] : [];
}

function say(text) {
  let status = document.getElementById("bearing-status");
  if (!status) {
    status = document.createElement("div");
    status.id = "bearing-status";
    status.setAttribute("role", "status");
    status.setAttribute("aria-live", "polite");
    (document.querySelector("main") ?? document.body).append(status);
  }
  if (text !== undefined && status.textContent !== text) status.textContent = text;
}

// A stopped script cannot draw its end; when it falls silent while answering, ask for one more run.
function watchForStop() {
  let idle = 0;
  page.watch = setInterval(() => {
    const state = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState;
    idle = state === "notRunning" ? idle + 1 : 0;
    if (idle < 4) return;
    clearInterval(page.watch);
    page.setTriggerValue("stopped", true);
  }, 100);
}

function markQuote() {
  const passage = document.querySelector('[class*="st-key-cited-"]');
  const id = passage?.className.match(/st-key-cited-(\S+)/)[1];
  const ranges = page.sources[id] && CSS.highlights ? rangesOf(page.sources[id].highlight, passage) : [];
  if (ranges.length) CSS.highlights.set("bearing-quote", new Highlight(...ranges));
  else CSS.highlights?.delete("bearing-quote");
  if (ranges.length && page.marked !== id) ranges[0].startContainer.parentElement.scrollIntoView({ block: "center" });
  page.marked = ranges.length ? id : undefined;
}

// Where each paragraph of the quote stands: what lies between two of them, such as a heading, is not quoted.
// Letters and digits alone are compared, because the quote is the source's Markdown and the page shows it
// rendered, without the numbers of lists and the targets of links.
function rangesOf(quote, root) {
  const { text, places } = lettersOf(root);
  const ranges = [];
  let from = 0;
  for (const paragraph of quote.split(/\n\s*\n/)) {
    const rendered = paragraph.replace(/^\s*\d+[.)]\s+/gm, "").replace(/\]\([^()\s]*\)/g, "]");
    const wanted = (rendered.match(LETTERS) ?? []).join("");
    const at = wanted ? text.indexOf(wanted, from) : -1;
    if (at < 0) continue;
    from = at + wanted.length;
    ranges.push(rangeBetween(places[at], places[from - 1]));
  }
  return ranges;
}

function lettersOf(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const places = [];
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const { 0: letter, index } of node.data.matchAll(LETTERS)) {
      text += letter;
      for (let unit = 0; unit < letter.length; unit++) places.push({ node, start: index, end: index + letter.length });
    }
  return { text, places };
}

function rangeBetween(first, last) {
  const range = new Range();
  range.setStart(first.node, first.start);
  // The full stop or bracket that ends the quote belongs to it.
  range.setEnd(last.node, last.end + last.node.data.slice(last.end).match(/^\p{P}?/u)[0].length);
  return range;
}
