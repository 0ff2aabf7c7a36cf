using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Ingestion;

/// <summary>What can go wrong with sources, feeds and entitlements.</summary>
public static class IngestionErrors
{
    /// <summary>Code of <see cref="GrantedMeanwhile"/>.</summary>
    public const string GrantedMeanwhileCode = "GrantedMeanwhile";

    public static Error SourceTaken(string name) => Error.Conflict("SourceNameTaken", $"There is a source '{name}' already.") with { Field = "name" };

    public static Error FeedTaken(string name) => Error.Conflict("FeedNameTaken", $"There is a feed '{name}' already.") with { Field = "name" };

    public static Error UrlMalformed(SourceKind kind, string url) => Error.Invalid(
        "ConnectionUrlMalformed", "connectionUrl", $"'{url}' is not a JDBC address of {kind}.", $"It begins with '{SourceUrls.Scheme(kind)}'.");

    public static Error TimeZoneUnknown(string zone) => Error.Invalid(
        "TimeZoneUnknown", "timeZone", $"'{zone}' is no time zone that this machine knows.", "Use an IANA name such as Europe/Berlin, or UTC.");

    public static Error PasswordNeeded(string source) => Error.Invalid(
        "PasswordNeeded", "password", $"The password that is kept for '{source}' belongs to the address it was given for; another server would be sent it.",
        "Give the password for the new address, or an empty one to remove it.");

    public static Error TenantValueTaken(string feed, string value, string tenant) => Error.Conflict(
        "TenantValueTaken", $"Feed '{feed}' gives the rows of '{value}' to tenant '{tenant}', and each row belongs to one tenant.",
        "Give the value that stands for this tenant in the source, or take the feed from the other tenant first.") with
    { Field = "tenantValue" };

    public static Error TenantValueAlike(string feed, string value, string other, string tenant) => Error.Conflict(
        "TenantValueAlike", $"Feed '{feed}' gives the rows of '{other}' to tenant '{tenant}'. Many databases hold '{value}' and '{other}' for the same, and then each tenant would "
            + "get the other's rows. The source could not be asked.",
        "Try again when the source answers, or give another value; or, where you have seen that the source tells them apart, grant it with settings.tellsApart=true.") with
    { Field = "tenantValue" };

    public static Error TenantValueSame(string feed, string value, string other, string tenant) => Error.Conflict(
        "TenantValueSame", $"Feed '{feed}' gives the rows of '{other}' to tenant '{tenant}', and the source holds '{value}' for the same: each tenant would get the other's rows.",
        "Give the value that stands for this tenant in the source, or take the feed from the other tenant first.") with
    { Field = "tenantValue" };

    public static Error GrantedMeanwhile(string feed) => Error.Conflict(
        GrantedMeanwhileCode, $"Feed '{feed}' was granted to others while its source was asked how it compares the values.", "Try again.");

    public static Error ChangedTwice(string tenant, string feed) => Error.Invalid(
        "ChangedTwice", "changes", $"Feed '{feed}' of tenant '{tenant}' is changed twice by one request.", "Say once how it is to be.");

    public static Error TenantValueUnreadable(string value) => Error.Invalid(
        "TenantValueUnreadable", "tenantValue", $"'{value}' has a character in it that is not seen, which no source is asked for.", "Type the value anew.");

    public static Error TenantValueWritten(string feed, string value, string written) => Error.Invalid(
        "TenantValueWrittenOtherwise", "tenantValue", $"The source of feed '{feed}' writes '{value}' as '{written}', and rows are known by what it writes.", $"Grant '{written}'.");

    public static Error TenantValueRefused(Feed feed, string value, string reason) => Error.Invalid(
        "TenantValueRefused", "tenantValue", $"Column '{feed.TenantColumn}' of '{feed.Table}' cannot hold '{value}': {reason}", "Give the value that stands for this tenant in the source.");

    public static Error NameIsSubscription(string tenant, string feed) => Error.Conflict(
        "NameBelongsToSubscription", $"Tenant '{tenant}' has a subscription '{feed}', and feeds and subscriptions share one set of names in ksql.",
        "Delete the subscription first, or deploy its query under another name.");

    public static Error TableWithoutKey(string table) => Error.Invalid(
        "TableWithoutKey", "keyColumns",
        $"Table '{table}' has no key. Without one, records have no key either: changes to a row cannot be told from new rows, order is lost and nothing can be seeded.",
        "Give the table a primary key, or name the column whose values are unique.");

    public static Error ColumnUnknown(string field, string column, string table) => Error.Invalid(
        "ColumnUnknown", field, $"Table '{table}' has no column '{column}' that is part of the feed.");

    public static Error ColumnTypeUnknown(string column, string type) => Error.Invalid(
        "ColumnTypeUnknown", "columns", $"Column '{column}' has type '{type}', which has no counterpart in ksql.", "Leave the column out, or cast it in a view.");

    public static Error ColumnNameUnusable(string column) => Error.Invalid(
        "ColumnNameUnusable", "columns", $"Column '{column}' cannot be a name in ksql.",
        "Give it a name of letters, digits and underscores that begins with a letter and is none of ksql's own, such as ROWTIME.");

    public static Error SourceColumnUnusable(string column) => Error.Invalid(
        "SourceColumnUnusable", "columns",
        $"Column '{column}' cannot be read: its name is empty, too long, or has a dot, a line break or '${{' in it.", "Rename it in a view, or leave it out.");

    public static Error NothingToPoll(string table) => Error.Invalid(
        "NothingToPoll", "timestampColumn", $"A real-time feed of '{table}' needs a column that tells new and changed rows: a timestamp, a growing number, or best both.",
        "Name one, or make it a batch feed.");

    public static Error FeedInUse(string feed, int tenants) => Error.Conflict(
        "FeedInUse", $"Feed '{feed}' is granted to {tenants} tenants.", "Take it away from them first.");

    public static Error SourceInUse(string source, int feeds) => Error.Conflict(
        "SourceInUse", $"Source '{source}' has {feeds} feeds.", "Remove them first.");

    public static Error IncompatibleChange(string feed, string why) => Error.Conflict(
        "FeedChangeIncompatible", $"Feed '{feed}' is granted, so {why}.", "Add columns at the end, or define a new feed.");

    public static Error StatePartitionsFixed(string feed, int partitions, int wanted) => Error.Conflict(
        "StatePartitionsFixed",
        $"Feed '{feed}' is granted and keeps the latest value of every key in {Plural.Of(partitions, "partition")}. With {wanted}, changed rows would go to other partitions and their old "
            + "values would stay beside them for ever.",
        $"Define a new feed with {wanted} partitions and move the subscriptions to it; or take this one from its tenants with its data, change it, and grant it again.") with
    { Field = "partitions" };

    public static Error FeedIsRead(string feed, IEnumerable<string> subscriptions) => Error.Conflict(
        "FeedIsRead", $"Feed '{feed}' is read by the subscriptions {string.Join(", ", subscriptions)}.", "Delete them first.");

    public static Error DataWouldGo(string topic) => Error.Invalid(
        "ConfirmationMissing", "confirmation", $"Revoking the feed with its data deletes the records of '{topic}' for good.", "Type the topic's name to confirm.");

    public static Error NotGranted(string tenant, string feed) =>
        new("EntitlementNotFound", $"Tenant '{tenant}' is not entitled to feed '{feed}'.") { Kind = ErrorKind.NotFound };

    public static Error NotBatch(string feed) => Error.Conflict("FeedNotBatch", $"Feed '{feed}' is real time; it is read all the time.");

    public static Error BatchWouldDeleteMost(string table, int gone, int all) => Error.Conflict(
        "BatchWouldDeleteMost", $"{gone} of {all} keys that the topic holds are not in '{table}' now. That looks like a table that is being filled, so none was deleted.",
        "Run the batch again once the table is whole. If these rows are gone for good, run it with 'Delete even most of the keys'.");

    public static Error OutOfRange(string field, string what, long low, long high) =>
        Error.Invalid("OutOfRange", field, $"The {what} must be {low} to {high}.");

    internal static Result<string> Name(string what, string? name) => ResourceNames.Check(what, name);
}
