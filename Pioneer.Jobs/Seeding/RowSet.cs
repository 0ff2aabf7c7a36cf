using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pioneer.Ksql.Types;

namespace Pioneer.Jobs.Seeding;

/// <summary>
/// Rows by key in a canonical spelling, with a checksum that does not depend on their order: the sum, modulo 2^64, of the first eight bytes of SHA-256 of
/// each row. Two sets with equal counts and checksums are the same but for a chance of about 2^-64.
/// </summary>
internal sealed class RowSet
{
    private readonly Dictionary<string, string> _rows = new(StringComparer.Ordinal);

    public int Count => _rows.Count;

    public IReadOnlyDictionary<string, string> Rows => _rows;

    public string Checksum => _rows
        .Aggregate(0UL, (sum, row) => unchecked(sum + Hash(row.Key, row.Value)))
        .ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Adds the row, replacing an earlier one of the same key.</summary>
    public void Put(IReadOnlyList<Column> columns, object?[] cells)
    {
        var key = new StringBuilder();
        var value = new StringBuilder();
        for (var index = 0; index < columns.Count; index++)
        {
            var text = JsonText.Write(cells[index], columns[index].Type);
            if (columns[index].IsKey)
            {
                key.Append(key.Length > 0 ? "," : "").Append(text);
            }
            else
            {
                value.Append('"').Append(columns[index].Name).Append("\":").Append(text).Append(',');
            }
        }

        _rows[key.ToString()] = value.ToString();
    }

    /// <summary>Adds every row of another set.</summary>
    public void Add(RowSet other)
    {
        foreach (var (key, value) in other._rows)
        {
            _rows[key] = value;
        }
    }

    private static ulong Hash(string key, string value) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\u0000{value}")));
}
