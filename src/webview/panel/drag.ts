/** What happens from the press of the main button to its release. */
export type Drag = {
  readonly start?: (event: PointerEvent) => void;
  /** Also called for the press itself. */
  readonly move: (event: PointerEvent) => void;
  readonly end?: () => void;
};

export function onDrag(element: HTMLElement, { start, move, end }: Drag): void {
  element.addEventListener('pointerdown', (press) => {
    if (press.button !== 0) return;
    element.setPointerCapture(press.pointerId);
    start?.(press);
    move(press);
    const stop = (event: PointerEvent): void => {
      if (event.pointerId !== press.pointerId) return;
      for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
        element.removeEventListener(type, stop);
      element.removeEventListener('pointermove', go);
      end?.();
    };
    const go = (event: PointerEvent): void => {
      if (event.pointerId === press.pointerId) move(event);
    };
    element.addEventListener('pointermove', go);
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      element.addEventListener(type, stop);
  });
}
