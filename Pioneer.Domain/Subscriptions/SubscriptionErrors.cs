using System.Collections.Immutable;
using Pioneer.Ksql;

namespace Pioneer.Domain.Subscriptions;

/// <summary>What can go wrong with subscriptions.</summary>
public static class SubscriptionErrors
{
    public static Error NameTaken(string name) => Error.Conflict(
        "SubscriptionNameTaken", $"There is a subscription '{name}' already.", "Choose another name, or deploy a new version of that one.") with
    { Field = "name" };

    public static Error NameIsFeed(string name) => Error.Conflict(
        "NameBelongsToFeed", $"'{name}' is the name of a feed.", "Choose another name: feeds and subscriptions share one set of names in ksql.") with
    { Field = "name" };

    public static Error NotDeployable(ImmutableArray<Diagnostic> diagnostics) => new QueryRefused(diagnostics);

    public static Error NotFound(string name) => Error.NotFound("Subscription", name);

    public static Error VersionUnknown(string name, int version) =>
        new("VersionNotFound", $"Subscription '{name}' has no version {version}.") { Kind = ErrorKind.NotFound };

    public static Error Busy(string name, SubscriptionState state) => Error.Conflict(
        "SubscriptionBusy", $"Subscription '{name}' is {state.ToString().ToLowerInvariant()}.", "Wait for that to end, or cancel it.");

    public static Error IsRead(string name, IEnumerable<string> readers) => Error.Conflict(
        "SubscriptionIsRead", $"The results of '{name}' are read by {string.Join(", ", readers)}.", "Delete those first.");

    public static Error Incompatible(string name, Compatibility setting, int version, ImmutableArray<ColumnBreak> breaks) => Error.Conflict(
        "IncompatibleVersion",
        $"'{name}' promises its readers the compatibility '{setting}', and version {version} would break it: {string.Join("; ", breaks.Select(found => $"{found.Column} {found.Reason}"))}.",
        $"Keep the columns, change the compatibility of '{name}' on purpose, or deploy the query as a new subscription.");

    public static Error BreaksReader(string name, string reader, string reason) => Error.Conflict(
        "BreaksSubscription", $"The results of '{name}' are read by '{reader}', whose query would not work any more: {reason}",
        $"Change '{reader}' first so that it does without, or deploy the query as a new subscription.");

    public static Error ConfirmationMissing(string name) => Error.Invalid(
        "ConfirmationMissing", "confirmation", $"Deleting the topic of '{name}' deletes its results for good.", "Type the name to confirm.");
}

/// <summary>The query cannot be deployed; the diagnostics say where and why.</summary>
public sealed record QueryRefused(ImmutableArray<Diagnostic> Diagnostics)
    : Error("QueryRefused", Diagnostics.IsDefaultOrEmpty ? "The query cannot be deployed." : Diagnostics[0].Message, Diagnostics.IsDefaultOrEmpty ? null : Diagnostics[0].Hint);
