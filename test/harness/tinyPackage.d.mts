export declare const TINY_PACKAGE: string;
export declare function buildTinyPackage(): Promise<void>;
