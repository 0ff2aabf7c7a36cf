using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Serialization;

/// <summary>
/// JSON: an object with a field a column, found by exact name, then in any case; or, unwrapped, the only column's value alone.
/// </summary>
internal sealed class JsonRowFormat : RowFormat
{
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 256 };
    private readonly IReadOnlyList<Column> _columns;
    private readonly JsonEncodedText[] _names;
    private readonly Dictionary<string, int> _exact;
    private readonly Dictionary<string, int> _anyCase = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _unwrapped;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;

    public JsonRowFormat(IReadOnlyList<Column> columns, bool unwrapped)
    {
        _columns = columns;
        _unwrapped = unwrapped && columns.Count == 1;
        _names = [.. columns.Select(c => JsonEncodedText.Encode(c.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
        _exact = columns.Select((c, i) => (c.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        foreach (var (name, index) in _exact)
        {
            _anyCase.TryAdd(name, index);
        }

        _writer = new Utf8JsonWriter(_buffer, Options);
    }

    public override object?[]? Read(byte[]? bytes)
    {
        if (bytes is null)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(bytes, Reading);
            using var document = JsonDocument.ParseValue(ref reader);
            return ReadRoot(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException($"Not JSON: {e.Message}", e);
        }
    }

    public override byte[]? Write(ReadOnlySpan<object?> cells)
    {
        if (cells.IsEmpty)
        {
            return null;
        }

        _buffer.ResetWrittenCount();
        _writer.Reset();
        if (_unwrapped)
        {
            if (cells[0] is null)
            {
                return null;
            }

            JsonCells.Write(_writer, cells[0], _columns[0].Type);
        }
        else
        {
            _writer.WriteStartObject();
            for (var i = 0; i < cells.Length; i++)
            {
                _writer.WritePropertyName(_names[i]);
                JsonCells.Write(_writer, cells[i], _columns[i].Type);
            }

            _writer.WriteEndObject();
        }

        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    private object?[]? ReadRoot(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var cells = new object?[_columns.Count];
        if (_unwrapped)
        {
            cells[0] = ReadCell(root, 0);
            return cells;
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"Expected a JSON object, found {root.ValueKind}");
        }

        foreach (var field in root.EnumerateObject())
        {
            var found = _exact.TryGetValue(field.Name, out var index) || _anyCase.TryGetValue(field.Name, out index);
            if (found)
            {
                cells[index] = ReadCell(field.Value, index);
            }
        }

        return cells;
    }

    private object? ReadCell(JsonElement element, int index)
    {
        try
        {
            return JsonCells.Read(element, _columns[index].Type);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{_columns[index].Name}: {wrong.Message}", wrong);
        }
    }
}
