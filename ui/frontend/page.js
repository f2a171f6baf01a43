// What Streamlit cannot do itself: citation chips with a card and a click, copying an answer, marking the
// quote in the drawer, a polite status for screen readers, and noticing that Stop has ended the script.
// All text enters by textContent, so that no document or model can write HTML into the page.

const LINKS = 'a[href^="#cite-"], a[href^="#copy-"]';
const idOf = (link) => link.getAttribute("href").replace(/^#(cite|copy)-/, "");
const isChip = (link) => link.getAttribute("href").startsWith("#cite-");
const linkOf = (event) => event.target.closest?.(LINKS);

// A source asked for while an answer is written; opening it then would end the answer.
let waiting;

export default function ({ data, setTriggerValue, parentElement }) {
  const { sources = {}, copies = {}, announcement = "", isAnswering = false } = data ?? {};

  const name = (link) => {
    link.removeAttribute("target");
    link.setAttribute("role", "button");
    const source = sources[idOf(link)];
    const chip = `Source ${link.textContent}` + (source ? `: ${source.title}` : "");
    link.setAttribute("aria-label", isChip(link) ? chip : "Copy this answer");
    if (isChip(link)) link.setAttribute("aria-disabled", String(!source));
  };

  const hideCard = () => document.getElementById("bearing-card")?.remove();
  const showCard = (event) => {
    const link = linkOf(event);
    const source = link && isChip(link) && sources[idOf(link)];
    if (!source) return;
    hideCard();
    const card = document.createElement("div");
    card.id = "bearing-card";
    card.setAttribute("role", "tooltip");
    const theme = getComputedStyle(parentElement);
    for (const [own, streamlit] of [["background", "background-color"], ["text", "text-color"], ["border", "border-color"]])
      card.style.setProperty(`--card-${own}`, theme.getPropertyValue(`--st-${streamlit}`));
    for (const [tag, text] of [["strong", source.title], ["span", source.quote], ["small", source.where]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      card.append(part);
    }
    document.querySelector(".stApp").append(card);
    const at = link.getBoundingClientRect();
    card.style.left = `${Math.max(8, Math.min(at.left, innerWidth - card.offsetWidth - 8))}px`;
    const above = at.top - card.offsetHeight - 8;
    card.style.top = `${above > 0 ? above : at.bottom + 8}px`;
  };

  const copy = async (link) => {
    const label = link.lastChild;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(copies[idOf(link)]);
      label.textContent = " Copied";
      say("The answer is copied");
    } catch {
      label.textContent = " Not allowed by the browser";
    }
    setTimeout(() => { label.textContent = before; }, 1500);
  };

  const press = (event) => {
    const link = linkOf(event);
    if (!link || (event.type === "keydown" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    hideCard();
    if (!isChip(link)) copy(link);
    else if (isAnswering) waiting = idOf(link);
    else if (sources[idOf(link)]) setTriggerValue("opened", idOf(link));
  };
  if (!isAnswering && sources[waiting]) {
    setTriggerValue("opened", waiting);
    waiting = undefined;
  }

  const say = (text) => {
    let status = document.getElementById("bearing-status");
    if (!status) {
      status = document.createElement("div");
      status.id = "bearing-status";
      status.setAttribute("role", "status");
      status.setAttribute("aria-live", "polite");
      (document.querySelector("main") ?? document.body).append(status);
    }
    if (text && status.textContent !== text) status.textContent = text;
  };

  let marked;
  const markQuote = () => {
    const passage = document.querySelector('[class*="st-key-cited-"]');
    const id = passage?.className.match(/st-key-cited-(\S+)/)[1];
    const range = sources[id] && CSS.highlights && rangeOf(sources[id].highlight, passage);
    if (range) CSS.highlights.set("bearing-quote", new Highlight(range));
    if (range && marked !== id) range.startContainer.parentElement.scrollIntoView({ block: "center" });
    marked = range ? id : undefined;
  };

  const tend = () => {
    document.querySelectorAll(LINKS).forEach(name);
    markQuote();
  };
  const observer = new MutationObserver(tend);
  observer.observe(document.body, { childList: true, subtree: true });
  say(announcement);
  tend();

  // A stopped script cannot draw its end; when it falls silent while answering, ask for one more run.
  let idle = 0;
  const watch = isAnswering && setInterval(() => {
    const state = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState;
    idle = state === "notRunning" ? idle + 1 : 0;
    if (idle === 4) setTriggerValue("stopped", true);
  }, 100);

  const listeners = [
    ["click", press, true], ["keydown", press, true], ["mouseover", showCard], ["focusin", showCard],
    ["mouseout", (event) => linkOf(event) && hideCard()], ["focusout", hideCard],
  ];
  listeners.forEach(([type, listener, capture]) => document.addEventListener(type, listener, capture));
  return () => {
    clearInterval(watch);
    observer.disconnect();
    hideCard();
    CSS.highlights?.delete("bearing-quote");
    listeners.forEach(([type, listener, capture]) => document.removeEventListener(type, listener, capture));
  };
}

// Letters and digits alone are compared: the quote is the source's Markdown, the page shows it rendered.
function rangeOf(quote, root) {
  const wanted = [...quote.matchAll(/[\p{L}\p{N}]/gu)].map((found) => found[0]).join("");
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const places = [];
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const found of node.data.matchAll(/[\p{L}\p{N}]/gu)) {
      text += found[0];
      for (let unit = 0; unit < found[0].length; unit++) places.push([node, found.index, found.index + found[0].length]);
    }
  const at = wanted ? text.indexOf(wanted) : -1;
  if (at < 0) return null;
  const range = new Range();
  range.setStart(places[at][0], places[at][1]);
  const [lastNode, , end] = places[at + wanted.length - 1];
  // The full stop or bracket that ends the quote belongs to it.
  range.setEnd(lastNode, lastNode.data.slice(end).match(/^[\p{P}]?/u)[0].length + end);
  return range;
}
