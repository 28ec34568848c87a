/** Changes the text only where it differs, so that nothing is announced or laid out in vain. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean,
): void {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** The tooltip of an element, which is also its description for screen readers. */
export function setTip(element: HTMLElement, tip: string): void {
  if (element.dataset.tip === tip) return;
  element.dataset.tip = tip;
  element.setAttribute('aria-description', tip);
}

/** Sizes in the style sheet's variables: the policy allows no inline style, but this. */
export function setVariables(
  element: HTMLElement,
  variables: Readonly<Record<`--${string}`, string>>,
): void {
  for (const [name, value] of Object.entries(variables))
    if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}
