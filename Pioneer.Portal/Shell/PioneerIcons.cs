namespace Pioneer.Portal.Shell;

/// <summary>The one icon family: contents of a 16 by 16 view box, 1.5 px strokes, drawn by <see cref="Components.Icon"/>.</summary>
public static class PioneerIcons
{
    public const string Menu = "<path d=\"M2.5 4.5h11M2.5 8h11M2.5 11.5h11\"/>";
    public const string Home = "<path d=\"M2.5 7.5L8 3l5.5 4.5V13h-4V9.5h-3V13h-4z\"/>";
    public const string Tenants = "<circle cx=\"6\" cy=\"5.5\" r=\"2.3\"/><path d=\"M1.8 13c.3-2.6 2-4 4.2-4s3.9 1.4 4.2 4M10.5 3.5a2.2 2.2 0 010 4.2M12 9.5c1.3.6 2 1.8 2.2 3.5\"/>";
    public const string Ingestion = "<path d=\"M8 2v7M5 6.5L8 9.5l3-3M2.5 11v2.5h11V11\"/>";
    public const string Pipelines = "<circle cx=\"3.5\" cy=\"8\" r=\"1.5\"/><circle cx=\"12.5\" cy=\"4\" r=\"1.5\"/><circle cx=\"12.5\" cy=\"12\" r=\"1.5\"/><path d=\"M5 8h2c2 0 2-4 4-4M7 8c2 0 2 4 4 4\"/>";
    public const string Editor = "<path d=\"M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5\"/>";
    public const string Subscriptions = "<path d=\"M3 4h10M3 8h10M3 12h6\"/>";
    public const string Delivery = "<path d=\"M8 10V3M5 5.5l3-3 3 3M2.5 10v3.5h11V10\"/>";
    public const string Seeding = "<path d=\"M8 14V8M8 8C8 5 6 3.5 3 3.5 3 6.5 5 8 8 8zM8 10c0-2.5 1.8-4 5-4 0 3-2 4-5 4z\"/>";
    public const string Recovery = "<path d=\"M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z\"/><path d=\"M5.8 8l1.6 1.6L10.5 6.5\"/>";
    public const string Operations = "<path d=\"M2.5 8h2l1.5-4 3 8 1.5-4h3\"/>";
    public const string Activity = "<path d=\"M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.5\"/>";
    public const string Settings = "<circle cx=\"8\" cy=\"8\" r=\"2\"/><path d=\"M8 2v2M8 12v2M2 8h2M12 8h2M3.8 3.8l1.4 1.4M10.8 10.8l1.4 1.4M12.2 3.8l-1.4 1.4M5.2 10.8l-1.4 1.4\"/>";
    public const string Search = "<circle cx=\"7\" cy=\"7\" r=\"4\"/><path d=\"M10 10l3.5 3.5\"/>";
    public const string Check = "<path d=\"M3.5 8.5l3 3 6-7\"/>";
    public const string Warning = "<path d=\"M8 2.5l6 11H2z\"/><path d=\"M8 7v3M8 12v.2\"/>";
    public const string Problem = "<circle cx=\"8\" cy=\"8\" r=\"5.7\"/><path d=\"M8 5v3.6M8 10.9v.2\"/>";
    public const string Progress = "<path d=\"M13 8a5 5 0 11-1.6-3.7M13 2.5v2.6h-2.6\"/>";
    public const string Waiting = "<circle cx=\"8\" cy=\"8\" r=\"5.7\"/><path d=\"M8 5v3.2l2 1.4\"/>";
    public const string Minus = "<circle cx=\"8\" cy=\"8\" r=\"5.7\"/><path d=\"M5.5 8h5\"/>";
    public const string Plus = "<path d=\"M8 3v10M3 8h10\"/>";
    public const string Play = "<path d=\"M5 3.5v9l7-4.5z\"/>";
    public const string Pause = "<path d=\"M5.5 3.5v9M10.5 3.5v9\"/>";
    public const string Stop = "<path d=\"M4 4h8v8H4z\"/>";
    public const string Chevron = "<path d=\"M4 6l4 4 4-4\"/>";
    public const string ChevronRight = "<path d=\"M6 4l4 4-4 4\"/>";
    public const string Copy = "<path d=\"M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6\"/>";
    public const string Close = "<path d=\"M4 4l8 8M12 4l-8 8\"/>";
    public const string Sun = "<circle cx=\"8\" cy=\"8\" r=\"2.6\"/><path d=\"M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1\"/>";
    public const string Moon = "<path d=\"M13 9.6A5.6 5.6 0 016.4 3 5.6 5.6 0 1013 9.6z\"/>";
    public const string Help = "<circle cx=\"8\" cy=\"8\" r=\"5.7\"/><path d=\"M6.3 6.4c.1-1 .8-1.6 1.8-1.6s1.8.6 1.8 1.5c0 1.3-1.8 1.3-1.8 2.6M8 11.2v.2\"/>";
    public const string User = "<circle cx=\"8\" cy=\"5.5\" r=\"2.6\"/><path d=\"M2.8 13.5c.4-2.9 2.4-4.4 5.2-4.4s4.8 1.5 5.2 4.4\"/>";
    public const string SignOut = "<path d=\"M9.5 2.5h-6v11h6M7 8h7M11.5 5.5L14 8l-2.5 2.5\"/>";
    public const string Key = "<circle cx=\"5.5\" cy=\"10.5\" r=\"3\"/><path d=\"M7.6 8.4L13.5 2.5M11 5l2 2\"/>";
    public const string Download = "<path d=\"M8 2.5v8M5 7.5l3 3 3-3M2.5 13.5h11\"/>";
    public const string Database = "<ellipse cx=\"8\" cy=\"4\" rx=\"5\" ry=\"1.8\"/><path d=\"M3 4v8c0 1 2.2 1.8 5 1.8s5-.8 5-1.8V4M3 8c0 1 2.2 1.8 5 1.8S13 9 13 8\"/>";
    public const string External = "<path d=\"M6.5 3.5h-4v10h10v-4M9 2.5h4.5V7M13.5 2.5L7.5 8.5\"/>";

    /// <summary>The same drawing for MudBlazor's own 24 by 24 icons (menus, toasts, inputs).</summary>
    public static string Mud(string icon) =>
        $"<g transform=\"scale(1.5)\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" stroke-linecap=\"round\" stroke-linejoin=\"round\">{icon}</g>";
}
