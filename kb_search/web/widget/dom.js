/** Nodes from values. Nothing here reads HTML: what an answer holds can become text, `<mark>` and links, never code. */

/**
 * Make an element. A property that is a function listens to the event of its name; null and false are left out.
 * @param {string} tag  @param {object} [properties]  @param {...(Node | string | null | false)} children
 */
export function h(tag, properties = {}, ...children) {
  const svg = tag === "svg" || tag === "path";
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
/** How much of a passage may stand before its first marked word, which shall be seen in two lines. */
const LEAD = 60;
/** How much of a line may, where three are shown: rows of a table begin with what they are about. */
const LEAD_OF_LINE = 100;

/**
 * Turn the HTML of a passage, escaped text with `<mark>`, into nodes. Any other tag in it stays text. Lines stay lines,
 * an item of a list has a dot, and the bars of a table are elements, to be paler than its words.
 * @param {string} html  @returns {Node[]}
 */
export function marked(html) {
  const text = String(html);
  const parts = text.split(/<mark>([^]*?)<\/mark>/).map(unescaped);
  const before = parts[0].split(/\n+/);
  if (parts.length > 1 && (parts[0].length > LEAD || before.length > 2)) {
    const line = before.pop();
    const most = text.includes("\n") ? LEAD_OF_LINE : LEAD;
    parts[0] = line.length > most ? `… ${line.slice(-LEAD).replace(/^\S*\s+/, "")}` : line;
  }
  return parts.flatMap((text, number) => (number % 2 ? h("mark", {}, text) : plain(text, !number)));
}

function plain(text, first) {
  const sign = (whole, start, task) => (start || first ? `${start}${!task ? "•" : task === " " ? "☐" : "☑"} ` : whole);
  const lines = text.replace(/\n+/g, "\n").replace(/(^|\n)- (?:\[([ xX])\] )?/g, sign);
  return lines.split(/( \| )/).map((piece, number) => (number % 2 ? h("span", { class: "bar" }, piece) : document.createTextNode(piece)));
}

function unescaped(text) {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name) return ENTITIES[name] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hexadecimal, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/**
 * Give an address whole if a link may lead to it, else null: `javascript:` and the like are refused.
 * @param {string} address  @param {string | URL} base  @param {string[]} [schemes]
 */
export function safeUrl(address, base, schemes = ["http:", "https:"]) {
  try {
    const url = new URL(address, base);
    return schemes.includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}
