/** Sizes in the style sheet's variables: the policy allows no inline style, but this. */
export function setVariables(
  element: HTMLElement,
  variables: Readonly<Record<`--${string}`, string>>,
): void {
  for (const [name, value] of Object.entries(variables))
    if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}
