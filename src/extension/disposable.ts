import type { Disposable as VsDisposable } from 'vscode';

/**
 * Base of everything that owns disposables: they are registered at birth and end with their owner,
 * last born first.
 */
export abstract class Disposable implements VsDisposable {
  private readonly owned: VsDisposable[] = [];
  private disposed = false;

  protected get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    while (this.owned.length > 0) this.owned.pop()?.dispose();
  }

  /** Takes ownership; what arrives after the end is disposed at once. */
  protected register<T extends VsDisposable>(value: T): T {
    if (this.disposed) value.dispose();
    else this.owned.push(value);
    return value;
  }
}
