import type { JSX } from 'preact';

/** An icon of the codicon font. */
export const Codicon = ({ name }: { readonly name: string }): JSX.Element => (
  <i class={`icon codicon codicon-${name}`} aria-hidden="true" />
);

/** Pictures that the codicon font lacks, on its grid of 16. */
const DRAWINGS = {
  divider: (
    <>
      <rect x="1.5" y="3.5" width="13" height="9" rx="1" />
      <path d="M8 1.5v13" />
      <path class="fill" d="M8 4h6v8H8z" />
    </>
  ),
  difference: (
    <>
      <circle cx="6" cy="8" r="4.5" />
      <circle cx="10" cy="8" r="4.5" />
      <path class="fill" d="M8 4a4.5 4.5 0 0 1 0 8 4.5 4.5 0 0 1 0-8Z" />
    </>
  ),
  checkerboard: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="1" />
      <path class="solid" d="M3 3h5v5H3zM8 8h5v5H8z" />
    </>
  ),
  pixels: <path d="M1.5 12.5h3v-3H8v-3h3v-3h3.5" />,
  grip: <path d="M6 4.5 2.5 8 6 11.5M10 4.5 13.5 8 10 11.5" />,
} as const;

export const Drawing = ({ name }: { readonly name: keyof typeof DRAWINGS }): JSX.Element => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    {DRAWINGS[name]}
  </svg>
);

/** λ with an index, for the eye only: labels say it in words. */
export const Lambda = (props: {
  readonly index: 'pix' | 'sem';
  readonly class: string;
}): JSX.Element => (
  <span class={props.class} aria-hidden="true">
    <var>λ</var>
    <sub>{props.index}</sub>
  </span>
);
