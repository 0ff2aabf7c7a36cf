namespace Pioneer.Portal.Shell;

/// <summary>Every address of the portal. Links are made here and nowhere else.</summary>
public static class PortalUrls
{
    public const string Overview = "/";
    public const string Tenants = "/tenants";
    public const string NewTenant = "/tenants/new";
    public const string Ingestion = "/ingestion/matrix";
    public const string Sources = "/ingestion/sources";
    public const string Feeds = "/ingestion/feeds";
    public const string Connectors = "/ingestion/connectors";
    public const string AllSubscriptions = "/subscriptions";
    public const string AllSeeds = "/seeds";
    public const string Recovery = "/recovery";
    public const string Drills = "/recovery/drills";
    public const string Horizons = "/recovery/horizons";
    public const string Incidents = "/recovery/incidents";
    public const string Operations = "/operations";
    public const string Hangfire = "/operations/hangfire";
    public const string Activity = "/activity";
    public const string ActivityCsv = "/activity/export.csv";
    public const string Settings = "/settings/users";
    public const string ApiTokens = "/settings/tokens";
    public const string Platform = "/settings/platform";
    public const string SignIn = "/sign-in";
    public const string SignInOrganisation = "/sign-in/organisation";
    public const string SignInFailed = "/sign-in/failed";
    public const string SignOut = "/sign-out";
    public const string StopViewing = "/stop-viewing";
    public const string Setup = "/setup";
    public const string Join = "/join";
    public const string SecondFactor = "/sign-in/second-factor";
    public const string PasskeySignIn = "/sign-in/passkey";
    public const string Account = "/account";
    public const string Sessions = "/settings/sessions";
    public const string Rights = "/settings/rights";
    public const string AccessDenied = "/access-denied";

    public static string Tenant(string slug, string? tab = null) => tab is null ? $"/tenants/{slug}" : $"/tenants/{slug}/{tab}";

    /// <summary>Where a form begins to look at a tenant as its viewers do.</summary>
    public static string ViewAs(string slug) => $"/view-as/{slug}";

    public static string Onboarding(Guid operationId, string slug) => $"{NewTenant}?operation={operationId}&slug={slug}";

    public static string Editor(string slug, string? id = null) => id is null ? $"/t/{slug}/editor" : $"/t/{slug}/editor/{id}";

    /// <summary>Where the same page shows another tenant, of which the person is an author or more when <paramref name="writes"/>; its subscriptions when there is none.</summary>
    public static string InTenant(string url, string slug, bool writes) =>
        Parts(url) switch
        {
            ["t", _, "editor", ..] when writes => Editor(slug),
            ["t", _, "delivery", ..] => Delivery(slug),
            ["t", _, "topics", ..] => Topics(slug),
            ["t", _, "groups", ..] => Groups(slug),
            ["t", _, "seeds", ..] => Seeds(slug),
            ["t", _, "members", ..] => Members(slug),
            _ => Subscriptions(slug),
        };

    /// <summary>The slug of the tenant that an address is about; null when it names none.</summary>
    public static string? TenantIn(string url) => Parts(url) switch
    {
        ["t", var slug, ..] => slug,
        ["tenants", not "new" and var slug, ..] => slug,
        _ => null,
    };

    public static string Subscriptions(string slug) => $"/t/{slug}/subscriptions";

    public static string Subscription(string slug, string name, string? tab = null) =>
        tab is null ? $"/t/{slug}/subscriptions/{name}" : $"/t/{slug}/subscriptions/{name}/{tab}";

    public static string Topics(string slug) => $"/t/{slug}/topics";

    /// <summary>A topic's page, or its tab <c>records</c> or <c>configuration</c>.</summary>
    public static string Topic(string slug, string topic, string? tab = null) =>
        tab is null ? $"{Topics(slug)}/{Uri.EscapeDataString(topic)}" : $"{Topics(slug)}/{Uri.EscapeDataString(topic)}/{tab}";

    public static string Groups(string slug) => $"/t/{slug}/groups";

    public static string Group(string slug, string group) => $"{Groups(slug)}/{Uri.EscapeDataString(group)}";

    /// <summary>People with a role in the tenant.</summary>
    public static string Members(string slug) => $"/t/{slug}/members";

    public static string Delivery(string slug) => $"/t/{slug}/delivery";

    public static string Seeds(string slug) => $"/t/{slug}/seeds";

    public static string NewSeed(string slug, string? subscription = null) =>
        subscription is null ? $"/t/{slug}/seeds/new" : $"/t/{slug}/seeds/new?subscription={subscription}";

    public static string SeedRun(string slug, Guid runId) => $"/t/{slug}/seeds/runs/{runId}";

    /// <summary>Where one record of a check of isolation is downloaded.</summary>
    public static string IsolationEvidence(string slug, long id) => $"/tenants/{slug}/isolation/{id}/evidence.json";

    /// <summary>Where a page's report is downloaded as JSON: the page's own address with this at its end.</summary>
    public static string ReportOf(string page) => $"{page}/report.json";

    public static string PlaybookRun(Guid runId) => $"/recovery/runs/{runId}";

    public static string Incident(Guid id) => $"/recovery/incidents/{id}";

    public static string Operation(Guid id) => $"/operations/{id}";

    /// <summary>Adds the parameters that have a value to a path, so that list state lives in the address.</summary>
    public static string With(string path, params (string Key, object? Value)[] parameters)
    {
        var query = string.Join('&', parameters
            .Where(p => p.Value is not null && p.Value is not "" && p.Value is not false)
            .Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!.ToString()!)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    private static string[] Parts(string url) => new Uri(url).AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
