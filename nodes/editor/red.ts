/** The part of the editor's global `RED` that is used here, as it is in Node-RED 4.1 and 5. */

interface SidebarTab {
  readonly id: string;
  readonly label: string;
  readonly name: string;
  readonly iconClass: string;
  readonly content: HTMLElement;
  readonly enableOnEdit: boolean;
  readonly action: string;
  readonly onchange: () => void;
}

interface EditorPlugin {
  readonly type: string;
  /** For the dialogs of the nodes. */
  readonly dialogs: {
    /** In the words of the editor's language. */
    readonly formatNumber: (value: number) => string;
    /** Bytes, in the words of the editor's language. */
    readonly formatSize: (bytes: number) => string;
    readonly nameBoxes: (list: ArrayLike<Element>) => void;
    /** As `openKit`: rejects with what is to be shown. */
    readonly openKit: (of: { readonly id: string; readonly identity: string }) => Promise<void>;
  };
  readonly onadd: () => void;
  readonly onremove: () => void;
}

/** A node as it stands in a flow file. */
export type FlowNode = Readonly<Record<string, unknown>>;

export interface ImportOptions {
  readonly generateIds: boolean;
  readonly addFlow: boolean;
  /** Puts the nodes where they were, and not under the pointer. */
  readonly touchImport: boolean;
  readonly notify: boolean;
  /** Nodes whose id is there already, and that get a new one. */
  readonly importMap?: Readonly<Record<string, 'copy'>>;
}

interface AjaxRequest {
  readonly url: string;
  readonly method: string;
  readonly dataType?: string;
  readonly contentType?: string | false;
  readonly processData?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly data?: string | Blob;
  readonly xhr?: () => XMLHttpRequest;
}

interface AjaxFailure {
  readonly status: number;
  readonly responseJSON?: unknown;
}

interface Ajax extends PromiseLike<unknown> {
  fail: (listener: (failure: AjaxFailure) => void) => Ajax;
  done: (listener: (answer: unknown) => void) => Ajax;
  abort: () => void;
}

type Listener = (topic: string, payload: unknown) => void;

export interface EditorApi {
  readonly _: (key: string, options?: object) => string;
  readonly i18n: { readonly lang: () => string };
  readonly plugins: { readonly registerPlugin: (id: string, plugin: EditorPlugin) => void };
  readonly actions: {
    readonly add: (id: string, run: () => void) => void;
    readonly invoke: (id: string) => void;
  };
  readonly events: {
    readonly on: (name: string, listener: () => void) => void;
    readonly off: (name: string, listener: () => void) => void;
  };
  readonly sidebar: {
    readonly addTab: (tab: SidebarTab) => void;
    readonly removeTab: (id: string) => void;
    readonly containsTab: (id: string) => boolean;
    readonly show: (id: string) => void;
  };
  readonly comms: {
    readonly subscribe: (topic: string, listener: Listener) => void;
    readonly unsubscribe: (topic: string, listener: Listener) => void;
  };
  readonly nodes: {
    /** A fresh one. */
    readonly id: () => string;
    /** How a type is registered; null for one that is not. */
    readonly getType: (
      type: string,
    ) => { readonly defaults?: Readonly<Record<string, { readonly value: unknown }>> } | null;
    readonly createCompleteNodeSet: (options?: { readonly credentials: boolean }) => readonly FlowNode[];
    readonly node: (id: string) => { readonly type: string; readonly name?: unknown } | null;
    readonly workspace: (id: string) => object | undefined;
    readonly dirty: () => boolean;
  };
  readonly view: { readonly importNodes: (nodes: readonly FlowNode[], options: ImportOptions) => unknown };
  readonly workspaces: {
    readonly show: (id: string) => void;
    readonly count: () => number;
    /** @param skipHistory - Undo knows nothing of it */
    readonly add: (tab: object | null, skipHistory: boolean) => object;
    /** Not a locked tab, and not the last one. */
    readonly delete: (tab: object) => void;
  };
}

interface EditorGlobals {
  readonly RED: EditorApi;
  readonly $: { readonly ajax: (request: AjaxRequest) => Ajax };
}

const globals = globalThis as unknown as EditorGlobals;

export const RED: EditorApi = globals.RED;
/** Adds the token of who is logged in, as long as the address is relative. */
export const ajax: EditorGlobals['$']['ajax'] = (request) => globals.$.ajax(request);
