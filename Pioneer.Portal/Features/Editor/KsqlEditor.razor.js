// Monaco with the ksql language. Everything it knows comes from the portal over the circuit; nothing from another host.
const base = new URL("_content/BlazorMonaco/lib/monaco-editor/min/vs", document.baseURI).href;
let loading, languages = new Map();

function load() {
  return loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = base + "/loader.js";
    script.onload = () => { window.require.config({ paths: { vs: base } }); window.require(["vs/editor/editor.main"], () => { register(); resolve(); }, reject); };
    script.onerror = () => reject(new Error("the editor's files could not be loaded"));
    document.head.appendChild(script);
  });
}

const token = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const isDark = () => document.documentElement.dataset.theme === "dark";

function applyTheme() {
  const c = n => token(n).replace("#", "");
  monaco.editor.defineTheme("pioneer", {
    base: isDark() ? "vs-dark" : "vs", inherit: true,
    rules: [
      { token: "", foreground: c("ink") }, { token: "keyword", foreground: c("accent"), fontStyle: "bold" }, { token: "function", foreground: c("series-2") },
      { token: "string", foreground: c("series-3") }, { token: "number", foreground: c("series-4") }, { token: "comment", foreground: c("ink-3"), fontStyle: "italic" },
      { token: "type", foreground: c("series-2") }, { token: "identifier.quoted", foreground: c("ink") },
    ],
    colors: {
      "editor.background": token("surface"), "editor.foreground": token("ink"), "editorLineNumber.foreground": token("ink-3"), "editorLineNumber.activeForeground": token("ink"),
      "editor.lineHighlightBackground": token("sunken"), "editor.lineHighlightBorder": "#00000000", "editorCursor.foreground": token("ink"), "editor.selectionBackground": token("accent-soft"),
      "editorWidget.background": token("surface"), "editorWidget.border": token("line-strong"), "editorSuggestWidget.selectedBackground": token("accent-soft"),
      "editorSuggestWidget.selectedForeground": token("ink"), "editorSuggestWidget.highlightForeground": token("accent"), "editorSuggestWidget.focusHighlightForeground": token("accent"),
      "editorHoverWidget.background": token("surface"), "editorHoverWidget.border": token("line-strong"), "editorError.foreground": token("bad"), "editorWarning.foreground": token("warn"),
      "scrollbarSlider.background": token("line-strong") + "80", "focusBorder": token("accent"),
    },
  });
  monaco.editor.setTheme("pioneer");
}

const kinds = () => { const k = monaco.languages.CompletionItemKind; return { keyword: k.Keyword, function: k.Function, relation: k.Struct, stream: k.Struct, table: k.Struct, column: k.Field, type: k.TypeParameter, snippet: k.Snippet, property: k.Property }; };
const of = model => languages.get(model.uri.toString());
const offset = (model, position) => model.getOffsetAt(position);
const range = (model, start, length) => monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(start + length));

function register() {
  monaco.languages.register({ id: "ksql" });
  monaco.languages.setLanguageConfiguration("ksql", {
    comments: { lineComment: "--", blockComment: ["/*", "*/"] }, brackets: [["(", ")"], ["[", "]"]],
    autoClosingPairs: [{ open: "(", close: ")" }, { open: "[", close: "]" }, { open: "'", close: "'", notIn: ["string", "comment"] }, { open: "`", close: "`" }],
    surroundingPairs: [{ open: "(", close: ")" }, { open: "'", close: "'" }, { open: "`", close: "`" }],
    folding: { offSide: false },
  });
  monaco.languages.registerCompletionItemProvider("ksql", {
    triggerCharacters: [".", " ", ",", "("],
    async provideCompletionItems(model, position) {
      const items = await of(model)?.invokeMethodAsync("CompleteAsync", model.getValue(), offset(model, position)) ?? [];
      const map = kinds();
      return { suggestions: items.map((i, n) => ({ label: i.label, kind: map[i.kind] ?? map.keyword, insertText: i.insertText, detail: i.detail ?? undefined,
        documentation: i.documentation ?? undefined, range: range(model, i.start, i.length), sortText: String(n).padStart(4, "0"),
        insertTextRules: i.snippet ? monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet : undefined })) };
    },
  });
  monaco.languages.registerHoverProvider("ksql", {
    async provideHover(model, position) {
      const hover = await of(model)?.invokeMethodAsync("HoverAsync", model.getValue(), offset(model, position));
      return hover && { contents: [{ value: hover.text }], range: range(model, hover.start, hover.length) };
    },
  });
  monaco.languages.registerSignatureHelpProvider("ksql", {
    signatureHelpTriggerCharacters: ["(", ","],
    async provideSignatureHelp(model, position) {
      const help = await of(model)?.invokeMethodAsync("SignatureAsync", model.getValue(), offset(model, position));
      return help && { dispose() { }, value: { activeSignature: help.activeSignature, activeParameter: help.activeParameter,
        signatures: help.signatures.map(s => ({ label: s.label, documentation: s.documentation ?? undefined, parameters: s.parameters.map(p => ({ label: p })) })) } };
    },
  });
  monaco.languages.registerCodeActionProvider("ksql", {
    provideCodeActions(model, _, context) {
      const fixes = of(model)?.fixes ?? [];
      const actions = context.markers.flatMap(m => fixes.filter(f => f.line === m.startLineNumber && f.column === m.startColumn).map(f => ({
        title: f.title, kind: "quickfix", diagnostics: [m], isPreferred: true,
        edit: { edits: [{ resource: model.uri, versionId: model.getVersionId(), textEdit: { range: range(model, f.start, f.length), text: f.text } }] } })));
      return { actions, dispose() { } };
    },
  });
}

function tokens(keywords, functions, types) {
  return {
    ignoreCase: true, defaultToken: "", keywords, functions, types,
    tokenizer: {
      root: [
        [/--.*$/, "comment"], [/\/\*/, "comment", "@comment"], [/'/, "string", "@string"], [/`[^`]*`/, "identifier.quoted"],
        [/\d+(\.\d+)?([eE][+-]?\d+)?/, "number"],
        [/[a-zA-Z_@][\w@$]*/, { cases: { "@keywords": "keyword", "@types": "type", "@functions": "function", "@default": "" } }],
        [/[()[\]]/, "@brackets"],
      ],
      comment: [[/[^*]+/, "comment"], [/\*\//, "comment", "@pop"], [/\*/, "comment"]],
      string: [[/[^']+/, "string"], [/''/, "string"], [/'/, "string", "@pop"]],
    },
  };
}

// What the portal has not saved yet is kept by the tab: it outlives loading the page anew, a lost connection and a portal that was killed.
function unsavedText(place) {
  const name = () => "pioneer-unsaved:" + place;
  return {
    get: () => sessionStorage.getItem(name()),
    // a full or forbidden storage costs the safety net, not the typing
    set(text) { try { sessionStorage.setItem(name(), text); } catch (e) { console.debug("unsaved text is not kept by this tab", e); } },
    drop: () => sessionStorage.removeItem(name()),
    move(to) { const text = this.get(); this.drop(); place = to; if (text !== null) { this.set(text); } },
  };
}

export async function create(element, dotnet, text, vocabulary, readOnly, place) {
  await load();
  monaco.languages.setMonarchTokensProvider("ksql", tokens(vocabulary.keywords, vocabulary.functions, vocabulary.types));
  applyTheme();
  const unsaved = unsavedText(place), restored = unsaved.get();
  const model = monaco.editor.createModel(restored ?? text, "ksql");
  languages.set(model.uri.toString(), dotnet);
  const editor = monaco.editor.create(element, {
    model, readOnly, automaticLayout: true, minimap: { enabled: false }, fontFamily: token("mono"), fontSize: 13, lineHeight: 22, fontLigatures: false, padding: { top: 10, bottom: 10 },
    scrollBeyondLastLine: false, wordWrap: "on", wrappingIndent: "indent", renderLineHighlight: "line", overviewRulerLanes: 0, lineNumbersMinChars: 4, folding: true, tabSize: 2, acceptSuggestionOnEnter: "smart", fixedOverflowWidgets: true,
    // above the first line the page's head would lie over it
    hover: { above: false },
    "semanticHighlighting.enabled": false, wordBasedSuggestions: false, quickSuggestions: { other: true, comments: false, strings: false }, suggest: { showWords: false, preview: false },
    ariaLabel: "ksql query. Ctrl+M lets Tab leave it", unicodeHighlight: { ambiguousCharacters: false }, stickyScroll: { enabled: false },
  });
  // Monaco gives its live regions a landmark role; they are none
  document.querySelectorAll(".monaco-status, .monaco-alert").forEach(e => { if (e.getAttribute("role") === "complementary") { e.setAttribute("role", "status"); } });
  let timer;
  model.onDidChangeContent(() => { unsaved.set(model.getValue()); clearTimeout(timer); timer = setTimeout(() => dotnet.invokeMethodAsync("TextChangedAsync", model.getValue()), 120); });
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => { clearTimeout(timer); dotnet.invokeMethodAsync("RunAsync", model.getValue()); });
  const theme = () => applyTheme();
  window.addEventListener("pioneer-theme", theme);
  document.fonts?.ready.then(() => monaco.editor.remeasureFonts());
  return {
    setMarkers(markers, fixes) {
      dotnet.fixes = fixes;
      monaco.editor.setModelMarkers(model, "ksql", markers.map(m => ({ startLineNumber: m.line, startColumn: m.column, endLineNumber: m.endLine, endColumn: m.endColumn, message: m.message,
        code: m.code, severity: m.error ? monaco.MarkerSeverity.Error : m.warning ? monaco.MarkerSeverity.Warning : monaco.MarkerSeverity.Info })));
    },
    setText(value) { if (value !== model.getValue()) { model.pushEditOperations([], [{ range: model.getFullModelRange(), text: value }], () => null); } },
    takeText() { clearTimeout(timer); return model.getValue(); },
    restored: () => restored === text ? null : restored,
    saved(value, to) { if (value === model.getValue()) { unsaved.drop(); } unsaved.move(to); },
    insert(value) { editor.trigger("catalogue", "type", { text: value }); editor.focus(); },
    reveal(line, column) { editor.setPosition({ lineNumber: line, column }); editor.revealLineInCenter(line); editor.focus(); },
    focus() { editor.focus(); },
    dispose() { unsaved.drop(); clearTimeout(timer); window.removeEventListener("pioneer-theme", theme); languages.delete(model.uri.toString()); editor.dispose(); model.dispose(); },
  };
}

export async function createDiff(element, before, after) {
  await load();
  applyTheme();
  const diff = monaco.editor.createDiffEditor(element, { readOnly: true, automaticLayout: true, minimap: { enabled: false }, fontFamily: token("mono"), fontSize: 13, lineHeight: 22, renderSideBySide: element.clientWidth > 800, scrollBeyondLastLine: false });
  const original = monaco.editor.createModel(before, "ksql"), modified = monaco.editor.createModel(after, "ksql");
  diff.setModel({ original, modified });
  return { dispose() { diff.dispose(); original.dispose(); modified.dispose(); } };
}
