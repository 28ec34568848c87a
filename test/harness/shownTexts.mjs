// What a person sees or hears of a page: texts, names, descriptions and tooltips.

/**
 * @param {{ evaluate: <T>(code: (root: any) => T) => Promise<T> }} body a locator of an element;
 * components' shadow trees below it are part of it
 * @returns {Promise<readonly string[]>} each text once
 */
export const textsOf = (body) =>
  body.evaluate((element) => {
    const ATTRIBUTES = [
      ...['aria-label', 'aria-description', 'aria-valuetext', 'title', 'data-tip'],
      ...['placeholder', 'label'],
    ];
    const texts = [];
    const visit = (root) => {
      for (const one of root.querySelectorAll('*')) {
        if (one.tagName === 'SCRIPT' || one.tagName === 'STYLE') continue;
        for (const node of one.childNodes) if (node.nodeType === 3) texts.push(node.data.trim());
        for (const name of ATTRIBUTES) texts.push(one.getAttribute(name) ?? '');
        if (one.shadowRoot) visit(one.shadowRoot);
      }
    };
    visit(element);
    return [...new Set(texts.filter((text) => text !== ''))];
  });
