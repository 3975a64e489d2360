import * as z from "zod";
import { type DriverInstance } from "../../src/index.ts";
declare const machineSchema: z.ZodObject<{
    id: z.ZodString;
    label: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    image: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    state: z.ZodString;
    createdAt: z.ZodOptional<z.ZodNullable<z.ZodNumber>>;
    price: z.ZodOptional<z.ZodNullable<z.ZodNumber>>;
    ssh: z.ZodOptional<z.ZodNullable<z.ZodString>>;
}, z.core.$strip>;
export type Machine = z.output<typeof machineSchema>;
/** A cloud that knows labels only. */
export declare const northwind: import("../../src/adapter.ts").Adapter<z.ZodObject<{
    apiKey: z.ZodPipe<z.ZodUnion<readonly [z.ZodType<string, string, z.core.$ZodTypeInternals<string, string>>, z.ZodInstanceOf<import("../../src/secret.ts").Secret>]>, z.ZodTransform<import("../../src/secret.ts").Secret, string | import("../../src/secret.ts").Secret>>;
    baseUrl: z.ZodDefault<z.ZodURL>;
}, z.core.$strict>, import("../../src/provider.ts").ProviderOf<{
    launch(request: import("../../src/driver.ts").DriverLaunchRequest, { rack }: {
        rack?: string | undefined;
    }, call: import("../../src/index.ts").DriverCall): Promise<{
        id: string;
    }>;
    describe(id: string, call: import("../../src/index.ts").DriverCall): Promise<DriverInstance>;
    list({ cursor, statuses: _, ...call }: import("../../src/driver.ts").ListPageCall): Promise<{
        items: DriverInstance[];
        next: string | undefined;
        total: number;
    }>;
    find(identity: string, call: import("../../src/index.ts").DriverCall): Promise<DriverInstance[]>;
    terminate(id: string, call: import("../../src/index.ts").DriverCall): Promise<void>;
    power: {
        stop(id: string, call: import("../../src/index.ts").DriverCall): Promise<void>;
        start(id: string, call: import("../../src/index.ts").DriverCall): Promise<void>;
    };
    offers: {
        cheapestFirst: false;
        search(_query: import("../../src/index.ts").OfferQuery & import("../../src/driver-model.ts").Paged, call: import("../../src/index.ts").DriverCall): Promise<{
            items: {
                id: string;
                hardware: {
                    gpu: import("../../src/index.ts").Gpu | undefined;
                };
                price: {
                    currency: string;
                    perHourMicros: number;
                    kind: "on_demand";
                } | undefined;
                available: true;
            }[];
        }>;
    };
}>>;
/** The same cloud, had it unique names. */
export declare const uniqueNorthwind: import("../../src/adapter.ts").Adapter<z.ZodObject<{
    apiKey: z.ZodPipe<z.ZodUnion<readonly [z.ZodType<string, string, z.core.$ZodTypeInternals<string, string>>, z.ZodInstanceOf<import("../../src/secret.ts").Secret>]>, z.ZodTransform<import("../../src/secret.ts").Secret, string | import("../../src/secret.ts").Secret>>;
    baseUrl: z.ZodDefault<z.ZodURL>;
}, z.core.$strict>, import("../../src/provider.ts").ProviderOf<{
    launch(request: import("../../src/driver.ts").DriverLaunchRequest, { rack }: {
        rack?: string | undefined;
    }, call: import("../../src/index.ts").DriverCall): Promise<{
        id: string;
    }>;
    describe(id: string, call: import("../../src/index.ts").DriverCall): Promise<DriverInstance>;
    list({ cursor, statuses: _, ...call }: import("../../src/driver.ts").ListPageCall): Promise<{
        items: DriverInstance[];
        next: string | undefined;
        total: number;
    }>;
    find(identity: string, call: import("../../src/index.ts").DriverCall): Promise<DriverInstance[]>;
    terminate(id: string, call: import("../../src/index.ts").DriverCall): Promise<void>;
    power: {
        stop(id: string, call: import("../../src/index.ts").DriverCall): Promise<void>;
        start(id: string, call: import("../../src/index.ts").DriverCall): Promise<void>;
    };
    offers: {
        cheapestFirst: false;
        search(_query: import("../../src/index.ts").OfferQuery & import("../../src/driver-model.ts").Paged, call: import("../../src/index.ts").DriverCall): Promise<{
            items: {
                id: string;
                hardware: {
                    gpu: import("../../src/index.ts").Gpu | undefined;
                };
                price: {
                    currency: string;
                    perHourMicros: number;
                    kind: "on_demand";
                } | undefined;
                available: true;
            }[];
        }>;
    };
}>>;
export declare const northwindRaw: (model: object) => {
    id: string;
    label?: string | null | undefined;
    image?: string | null | undefined;
    state: string;
    createdAt?: number | null | undefined;
    price?: number | null | undefined;
    ssh?: string | null | undefined;
} | undefined;
export {};
