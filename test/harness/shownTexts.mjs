// What a person sees or hears of a page: texts, names, descriptions and tooltips.

/**
 * @param {import('playwright-core').Locator} body components' shadow trees below it are part of it
 * @returns {Promise<readonly string[]>} each text once
 */
export const textsOf = (body) =>
  body.evaluate((element) => {
    // Without inner functions that have names: some test loaders rewrite these for Node alone.
    const texts = [];
    const roots = [element];
    for (let root = roots.pop(); root; root = roots.pop())
      for (const one of root.querySelectorAll('*')) {
        if (one.tagName === 'SCRIPT' || one.tagName === 'STYLE') continue;
        for (const node of one.childNodes) if (node.nodeType === 3) texts.push(node.data.trim());
        for (const name of [
          ...['aria-label', 'aria-description', 'aria-valuetext', 'title', 'data-tip'],
          ...['placeholder', 'label'],
        ])
          texts.push(one.getAttribute(name) ?? '');
        if (one.shadowRoot) roots.push(one.shadowRoot);
      }
    return [...new Set(texts.filter((text) => text !== ''))];
  });
