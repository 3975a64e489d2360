import { type IncomingMessage } from "node:http";
/** What goes wrong with one request. `before`: nothing is done; `after`: the work is done and its answer spoilt. */
export interface Fault {
    readonly when?: "before" | "after";
    readonly how: "reset" | "hang" | "truncate" | {
        status: number;
        body?: string;
        headers?: Record<string, string>;
    };
    /** The work is done so much later, by the server's time, whatever the caller was told. */
    readonly lateMs?: number;
}
export interface Machine {
    readonly id: string;
    readonly label: string;
    readonly image: string;
    state: string;
    readonly createdAt: number;
    visibleAt: number;
    price?: number;
    /** `host:port`. */
    ssh?: string;
}
interface Seen {
    readonly at: number;
    readonly method: string;
    readonly path: string;
    readonly query: string;
    readonly headers: IncomingMessage["headers"];
    readonly body: string;
}
/**
 * A small cloud, imaginary like its adapter: real HTTP, a state, a time that only the test moves, and faults. It imports
 * nothing of ours.
 */
export declare function startNorthwind(): Promise<{
    url: string;
    settings: {
        key: string;
        visibleAfterMs: number;
        uniqueLabels: boolean;
        pageSize: number;
        /** Rows that the count speaks of and the pages do not hold. */
        missingRows: number;
        offers: {
            id: string;
            gpu: string;
            count: number;
            price: number;
            gone: boolean;
        }[];
    };
    machines: Map<string, Machine>;
    seen: Seen[];
    /** How many creates were sent, whatever became of them. */
    creates: () => number;
    /** Spoils the next requests that match `METHOD /path`, one fault each. */
    spoilNext(match: RegExp, ...next: Fault[]): void;
    clock: {
        now: () => number;
        sleep(ms: number, signal?: AbortSignal): Promise<void>;
        alarm: (ms: number, work: () => void) => undefined;
    };
    advance: (ms: number) => void;
    [Symbol.asyncDispose](): Promise<void>;
}>;
export type Northwind = Awaited<ReturnType<typeof startNorthwind>>;
export {};
