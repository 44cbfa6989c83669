/** Where the panel stands: under the field, as wide as a reader needs, never off the screen. */

const MARGIN = 8;
const WIDE = 560;
const SMALL_SCREEN = 640;
const LOWEST = 240;

/**
 * Work out the place of the panel relative to the field, in pixels.
 * @param {DOMRect} field  @param {number} room  width of the page  @param {number} bottom  where the screen ends  @param {boolean} rtl
 */
export function placeOf(field, room, bottom, rtl) {
  const widest = room - 2 * MARGIN;
  const width = room < SMALL_SCREEN ? widest : Math.max(field.width, Math.min(WIDE, widest));
  const wanted = rtl ? field.right - width : field.left;
  const left = Math.max(MARGIN, Math.min(wanted, room - MARGIN - width));
  return { left: left - field.left, width, height: Math.max(LOWEST, bottom - field.bottom - 2 * MARGIN) };
}

/** Write it as a style sheet: attributes with styles are what a strict policy forbids. @param {CSSStyleSheet} sheet */
export function place(sheet, field, rtl) {
  const view = window.visualViewport;
  const bottom = view ? view.offsetTop + view.height : window.innerHeight;
  const at = placeOf(field.getBoundingClientRect(), document.documentElement.clientWidth, bottom, rtl);
  sheet.replaceSync(`.panel{left:${at.left}px;width:${at.width}px;max-height:min(${at.height}px,40rem)}`);
}
