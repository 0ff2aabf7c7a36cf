using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>What ksqlDB asks of the keys of results.</summary>
internal static class KeyRules
{
    private const string SyntheticKeyPage = "https://cnfl.io/2LV7ouS";

    /// <summary>Reports that the SELECT of a kept result lacks (some of) its key.</summary>
    /// <param name="context">The query.</param>
    /// <param name="what">What the key is made of, such as "key column".</param>
    /// <param name="required">The expressions.</param>
    /// <param name="all">Whether all of them must be selected, or any one.</param>
    /// <param name="isSynthetic">Whether the key is one that ksqlDB made up.</param>
    public static void Missing(
        PlanningContext context, string what, IReadOnlyList<Expression> required, bool all = true, bool isSynthetic = false)
    {
        string[] names = [.. required.Select(ExpressionText.Of)];
        var keys = all && names.Length > 1 ? "Keys" : "Key";
        var whats = names.Length == 1 ? what : what + "s";
        var example = all ? string.Join(", ", names) : names[0];
        var sink = context.SinkName is { } name ? Identifiers.Quote(name) : "the result";
        var joined = Joined(names, all ? "and" : "or");
        var must = $"The query used to build {sink} must include the {whats} {joined} in its projection (eg, SELECT {example}...).";
        var made = $"\n{names[0]} was added as a synthetic key column because the join criteria did not match any source column. "
            + "This expression must be included in the projection and may be aliased. ";
        context.Diagnostics.Error(
            "KeyMissing",
            context.SelectSpan,
            $"{keys} missing from projection (ie, SELECT). {must}",
            $"Add {(all ? example : Joined(names, "or"))} to the SELECT.",
            $"{keys} missing from projection (ie, SELECT). {(isSynthetic ? $"See {SyntheticKeyPage}." : "")}\n"
                + $"{must}{(isSynthetic ? made : "")}");
    }

    /// <summary>Reports a key column that is selected twice under different names.</summary>
    public static void Twice(PlanningContext context, string message)
    {
        const string Way = "Each key column must only be in the projection once. If you intended to copy the key into the value, "
            + "then consider using the AS_VALUE function to indicate which key reference should be copied.";
        context.Diagnostics.Error(
            "KeyTwice",
            context.SelectSpan,
            message,
            "Select it once; AS_VALUE(..) copies it into the value.",
            $"{message}\n{Way}");
    }

    /// <summary>Reports a key column whose type holds a map; false if there is one.</summary>
    public static bool CheckTypes(IEnumerable<Column> keys, TextSpan span, DiagnosticBag diagnostics)
    {
        if (keys.FirstOrDefault(k => HasMap(k.Type)) is not { } map)
        {
            return true;
        }

        diagnostics.Error("MapKey", span, MapKey(map), "Use a field of the map, or a text made of it.");
        return false;
    }

    /// <summary>What is said about a key column whose type holds a map.</summary>
    public static string MapKey(Column column) =>
        "Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to inconsistent "
        + $"serialization. Key column name: {Identifiers.Quote(column.Name)}. Column type: {column.Type}. "
        + "See https://github.com/confluentinc/ksql/issues/6621 for more.";

    /// <summary>Words in a row: <c>A, B and C</c>.</summary>
    public static string Joined(IReadOnlyList<string> words, string last) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} {last} {words[^1]}";

    /// <summary>Whether a type is a map or has one inside.</summary>
    public static bool HasMap(SqlType type) => type switch
    {
        SqlMap => true,
        SqlArray array => HasMap(array.Element),
        SqlStruct record => record.Fields.Any(f => HasMap(f.Type)),
        _ => false,
    };
}
