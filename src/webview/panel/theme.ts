import type { Colour, RenderTheme } from '../render/state';

/** How much of the text's colour the checkerboard's squares have. */
const CHECKER = { light: 0.16, dark: 0.08 };

/** The renderer's colours, from the editor's theme. */
export function readTheme(): RenderTheme {
  const style = getComputedStyle(document.body);
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colour = (name: string, fallback: Colour): Colour => {
    const value = style.getPropertyValue(name).trim();
    if (!context || value === '') return fallback;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = value;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
  const background = colour('--vscode-editor-background', [30, 30, 30]);
  const text = colour('--vscode-foreground', [204, 204, 204]);
  return {
    background,
    checkerLight: mix(background, text, CHECKER.light),
    checkerDark: mix(background, text, CHECKER.dark),
    heatLow: colour('--vscode-charts-red', [241, 76, 76]),
    heatHigh: colour('--vscode-charts-yellow', [204, 167, 0]),
    outline: colour('--vscode-progressBar-background', [0, 120, 212]),
  };
}

/** VS Code changes the body's class and the page's style when the theme changes. */
export function onThemeChange(listener: () => void): { dispose(): void } {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id'],
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return { dispose: () => observer.disconnect() };
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const channel = (index: 0 | 1 | 2): number =>
    Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}
