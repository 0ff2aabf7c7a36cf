using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Domain.Subscriptions;

/// <summary>A reason why records of one form cannot be read as another.</summary>
/// <param name="Column">The column that it is about.</param>
/// <param name="Reason">What is so, as the end of a sentence that begins with the column.</param>
public sealed record ColumnBreak(string Column, string Reason);

/// <summary>
/// Who can read what. Pure. Records are JSON, so the order of columns does not count. A reader counts on every column of its version being in the record with a
/// value that its type takes: ksql says of no value column that it is never NULL, so a column that is there may be NULL under every setting, and one that is
/// not there at all is missing under every setting but <see cref="Compatibility.None"/>. A key that changes in anything breaks in both directions, since it says
/// which records are of one thing, and in which partition they stand.
/// </summary>
public static class SchemaCompatibility
{
    /// <summary>
    /// What a new subscription has. Its readers are programs of others, which go on as they are when a version is deployed: they must be able to read its records.
    /// </summary>
    public const Compatibility Default = Compatibility.Forward;

    /// <summary>What the setting forbids in a new version; empty where it may be deployed.</summary>
    public static ImmutableArray<ColumnBreak> Breaks(Compatibility setting, IReadOnlyList<ResultColumn> present, IReadOnlyList<ResultColumn> next)
    {
        if (setting is Compatibility.None)
        {
            return [];
        }

        var keys = Keys(present, next);
        var backward = setting is Compatibility.Backward or Compatibility.Full
            ? Unread(reader: next, records: present, "is new, and records that are in the topic lack it", "takes {0}, and records that are in the topic have {1}")
            : [];
        var forward = setting is Compatibility.Forward or Compatibility.Full
            ? Unread(reader: present, records: next, "goes, and readers of the present version count on it", "was {0}, and readers of the present version cannot take {1}")
            : [];
        return [.. keys, .. backward.Concat(forward).Where(found => !keys.Exists(key => key.Column == found.Column))];
    }

    /// <summary>Columns that are key in one and not the same key in the other.</summary>
    private static List<ColumnBreak> Keys(IReadOnlyList<ResultColumn> present, IReadOnlyList<ResultColumn> next)
    {
        var (before, after) = (KeysOf(present), KeysOf(next));
        return
        [
            .. before.Where(key => !after.ContainsKey(key.Key)).Select(key => new ColumnBreak(key.Key, "is the key no more")),
            .. after.Where(key => !before.ContainsKey(key.Key)).Select(key => new ColumnBreak(key.Key, "becomes the key")),
            .. after.Where(key => before.TryGetValue(key.Key, out var type) && type != key.Value)
                .Select(key => new ColumnBreak(key.Key, $"is the key and changes from {before[key.Key]} to {key.Value}")),
        ];
    }

    private static Dictionary<string, string> KeysOf(IReadOnlyList<ResultColumn> columns) =>
        columns.Where(column => column.IsKey).ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);

    private static List<ColumnBreak> Unread(IReadOnlyList<ResultColumn> reader, IReadOnlyList<ResultColumn> records, string missing, string other)
    {
        var there = records.ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
        return
        [
            .. reader.Where(column => !there.ContainsKey(column.Name)).Select(column => new ColumnBreak(column.Name, missing)),
            .. reader.Where(column => there.TryGetValue(column.Name, out var type) && type != column.Type && !Takes(SqlType.Parse(column.Type), SqlType.Parse(type)))
                .Select(column => new ColumnBreak(column.Name, string.Format(System.Globalization.CultureInfo.InvariantCulture, other, column.Type, there[column.Name]))),
        ];
    }

    /// <summary>Whether every value of a type in a record can be read as the reader's type: the same or a wider number, and inside of structures likewise.</summary>
    private static bool Takes(SqlType reader, SqlType record) => (reader, record) switch
    {
        (SqlArray into, SqlArray from) => Takes(into.Element, from.Element),
        (SqlMap into, SqlMap from) => Takes(into.Key, from.Key) && Takes(into.Value, from.Value),
        (SqlStruct into, SqlStruct from) => into.Fields.All(field => from.Fields.Any(found => found.Name == field.Name && Takes(field.Type, found.Type))),
        _ => SqlTypeCoercion.CanImplicitlyCast(record, reader),
    };
}
