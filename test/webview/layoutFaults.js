/*
 * Run in a page: says which texts are cut or lie on a neighbor, a line each.
 *
 * A text may be cut only where an ellipsis says so and a tooltip has the whole; a text and a control
 * that it is no part of keep a gap. What floats over the page (menus, tags on the picture) is
 * compared only with what floats with it, and texts that float in one place with each other. Of an
 * open menu nothing is covered.
 */
(() => {
  /** Pixels that rounding makes. */
  const SLACK = 1;
  /** A gap smaller than this looks like none. */
  const GAP = 2;
  const CONTROLS =
    'button, a, input, select, textarea, [role=button], [role=radio], [role=slider], ' +
    '[role=checkbox], vscode-button, vscode-checkbox, vscode-single-select, vscode-textfield';
  const faults = new Set();

  /** What is asked of an element again and again, while nothing changes. */
  const once = (ask) => {
    const known = new Map();
    return (element) => {
      if (!known.has(element)) known.set(element, ask(element));
      return known.get(element);
    };
  };
  const styleOf = once((element) => {
    const { overflowX, display, position, textOverflow } = getComputedStyle(element);
    return { overflowX, display, position, textOverflow };
  });
  const boxOf = once((element) => element.getBoundingClientRect());
  const isControl = once((element) => element.matches(CONTROLS));

  const parentOf = (element) =>
    element.assignedSlot ?? element.parentElement ?? element.getRootNode().host;
  const ancestorsOf = (element) => {
    const found = [];
    for (let one = element; one; one = parentOf(one)) found.push(one);
    return found;
  };
  const nameOf = (element) => {
    const named = ancestorsOf(element).find((one) => one.id || one.className);
    return named ? `${named.localName}${named.id ? `#${named.id}` : `.${named.className}`}` : '';
  };
  const isDrawn = (element, ancestors) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    // What is only for screen readers has one pixel.
    ancestors.slice(0, 3).every((one) => one.clientWidth !== 1 || one.clientHeight !== 1);
  const floatOf = (ancestors) =>
    ancestors.find((one) => ['absolute', 'fixed'].includes(styleOf(one).position));

  /** What is left of a rectangle inside of all that cuts it. */
  const shownOf = (rect, ancestors) => {
    let { left, right, top, bottom } = rect;
    for (const one of ancestors.slice(1)) {
      if (one === document.documentElement || styleOf(one).overflowX === 'visible') continue;
      const box = boxOf(one);
      left = Math.max(left, box.left);
      right = Math.min(right, box.right);
      top = Math.max(top, box.top);
      bottom = Math.min(bottom, box.bottom);
    }
    return { left, right, top, bottom };
  };

  const texts = [];
  const controls = [];
  const visit = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      if (element.matches('script, style, option, svg, svg *')) continue;
      const ancestors = ancestorsOf(element);
      if (element.getClientRects().length === 0 || !isDrawn(element, ancestors)) continue;
      if (isControl(element) && ancestors.slice(1).every((one) => !isControl(one)))
        controls.push({
          element,
          ancestors,
          float: floatOf(ancestors),
          rect: shownOf(boxOf(element), ancestors),
        });
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || node.data.trim() === '') continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const rect = range.getBoundingClientRect();
        if (rect.width > 0)
          texts.push({ element, ancestors, rect, text: node.data.trim().slice(0, 40) });
      }
    }
  };
  visit(document.body);

  const isToldInFull = (ancestors) =>
    ancestors.some((one) => one.dataset?.tip || one.getAttribute('title'));
  if (document.documentElement.scrollWidth > innerWidth) faults.add('the page scrolls sideways');

  for (const { element, ancestors, rect, text } of texts)
    for (const one of ancestors) {
      if (one === document.documentElement) break;
      const style = styleOf(one);
      if (style.overflowX === 'visible' || style.display === 'inline') continue;
      const box = boxOf(one);
      const isScrolled = style.overflowX === 'auto' || style.overflowX === 'scroll';
      const isCut = rect.left < box.left - SLACK || rect.right > box.right + SLACK;
      if (isCut && (isScrolled || style.textOverflow !== 'ellipsis' || !isToldInFull(ancestors)))
        faults.add(`cut: ${nameOf(element)} “${text}” by ${nameOf(one)}`);
      // What is cut further up was cut here.
      if (isCut) break;
    }

  for (const text of texts) {
    const seen = shownOf(text.rect, [undefined, ...text.ancestors]);
    if (seen.right <= seen.left || seen.bottom <= seen.top) continue;
    if (seen.left < -SLACK || seen.right > innerWidth + SLACK)
      faults.add(`out of the page: ${nameOf(text.element)} “${text.text}”`);
    const float = floatOf(text.ancestors);
    for (const control of controls) {
      if (control.float !== float) continue;
      const { left, right, top, bottom } = control.rect;
      if (right <= left || bottom <= top) continue;
      const across = Math.min(seen.right, right) - Math.max(seen.left, left);
      const down = Math.min(seen.bottom, bottom) - Math.max(seen.top, top);
      if (across <= -GAP || down <= SLACK || (across > 0 && down <= 2)) continue;
      if (text.ancestors.includes(control.element) || control.ancestors.includes(text.element))
        continue;
      // Its own label may touch it.
      if (text.element.closest('label')?.contains(control.element)) continue;
      faults.add(
        `on a neighbor: ${nameOf(text.element)} “${text.text}” and ${nameOf(control.element)}`,
      );
    }
  }
  /** What floats beside it in the same place. */
  const placeOf = once((float) => float?.offsetParent);
  for (const [index, one] of texts.entries()) {
    one.float = floatOf(one.ancestors);
    for (const other of texts.slice(0, index)) {
      if (!one.float || other.float === one.float || placeOf(other.float) !== placeOf(one.float))
        continue;
      const across =
        Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
      const down =
        Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
      if (across > -GAP && down > SLACK)
        faults.add(`on each other: ${nameOf(other.element)} “${other.text}” and “${one.text}”`);
    }
  }

  for (const { element, rect } of controls) {
    if (!element.closest('[role=menu]')) continue;
    // Along its middle, since what covers it may cover a part.
    for (let at = rect.left + 2; at < rect.right - 2; at += 8) {
      const top = document.elementFromPoint(at, (rect.top + rect.bottom) / 2);
      if (top && !element.contains(top))
        faults.add(`covered: ${nameOf(element)} “${element.textContent}” by ${nameOf(top)}`);
    }
  }
  return [...faults];
})();
