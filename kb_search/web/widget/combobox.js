/** The keys of a combobox (ARIA 1.2): the focus stays in the field, what is active is said by `aria-activedescendant`. */

/**
 * What else has the focus in the box has keys of its own, but for Escape.
 * @param {KeyboardEvent} event
 * @param {{opened: boolean, active: number, size: number, show(): void, close(): void, clear(): void, submit(): void,
 *   focus(): void, move(active: number): void, follow(event: KeyboardEvent): void, query: string}} box
 */
export function onKey(event, box) {
  // Enter and the arrows choose among what an input method proposes (229: older Safari, after the composition).
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key !== "Escape" && event.target.getAttribute("role") !== "combobox") return;
  const act = KEYS[event.key];
  if (act && act(box, event) !== false) event.preventDefault();
}

/** Key → what it does; false where it does what it always does. Space, Home, End and the letters are not among them. */
const KEYS = {
  ArrowDown: (box, event) => (event.altKey || !box.opened ? box.show() : step(box, 1)),
  ArrowUp: (box, event) => (event.altKey ? box.close() : !box.opened ? box.show() : step(box, -1)),
  Enter: (box, event) => (box.opened && box.active >= 0 ? box.follow(event) : box.submit()),
  Escape: (box, event) => {
    if (!box.opened && !box.query) return false;
    event.stopPropagation(); // a dialog around it stays open
    if (!box.opened) return void box.clear();
    box.close();
    box.focus(); // what had it is no longer there
  },
  // The caret moves: what Enter opens is no longer what the reader looks at.
  ArrowLeft: leaveOption,
  ArrowRight: leaveOption,
  Home: leaveOption,
  End: leaveOption,
};

function step(box, by) {
  if (!box.size) return;
  const from = box.active < 0 && by < 0 ? 0 : box.active;
  box.move((from + by + box.size) % box.size);
}

function leaveOption(box) {
  box.move(-1);
  return false;
}
