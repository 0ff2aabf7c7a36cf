using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Pioneer.Ksql.Types;

/// <summary>
/// Reads types and column lists on their own, without a statement around them. Never throws to its caller: every failure is
/// a message. Nesting is limited so that hostile text cannot exhaust the stack.
/// </summary>
internal ref struct SqlTypeParser
{
    private const int MaxDepth = 64;
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;
    private string? _error;

    private SqlTypeParser(string text)
    {
        _text = text;
    }

    /// <summary>Parses one type that fills the whole text.</summary>
    public static bool TryParseType(string text, out SqlType? type, out string? error)
    {
        var parser = new SqlTypeParser(text);
        type = parser.ReadType();
        if (type is not null && !parser.AtEnd())
        {
            type = parser.Fail<SqlType>($"Unexpected text after the type: '{parser._text[parser._at..]}'");
        }

        error = parser._error;
        return type is not null;
    }

    /// <summary>Parses a column list that fills the whole text.</summary>
    public static bool TryParseSchema(string text, out RelationSchema? schema, out string? error)
    {
        var parser = new SqlTypeParser(text);
        schema = parser.ReadSchema();
        error = parser._error;
        return schema is not null;
    }

    private RelationSchema? ReadSchema()
    {
        var columns = ImmutableArray.CreateBuilder<Column>();
        if (AtEnd())
        {
            return RelationSchema.Empty;
        }

        do
        {
            var column = ReadColumn();
            if (column is null)
            {
                return null;
            }

            columns.Add(column);
        }
        while (Eat(','));
        return AtEnd() ? new RelationSchema(columns.ToImmutable()) : Fail<RelationSchema>($"Unexpected text after a column: '{_text[_at..]}'");
    }

    private Column? ReadColumn()
    {
        var name = ReadName();
        var type = name is null ? null : ReadType();
        if (type is null)
        {
            return null;
        }

        var word = PeekWord();
        switch (word)
        {
            case "PRIMARY":
                ReadName();
                return ReadName() == "KEY" ? new Column(name!, type, ColumnRole.PrimaryKey) : Fail<Column>("PRIMARY must be followed by KEY");
            case "KEY":
                ReadName();
                return new Column(name!, type, ColumnRole.Key);
            case "HEADERS":
                ReadName();
                return new Column(name!, type, ColumnRole.Headers);
            case "HEADER":
                ReadName();
                var key = Eat('(') ? ReadQuoted('\'') : null;
                return key is not null && Eat(')')
                    ? new Column(name!, type, ColumnRole.Headers) { HeaderKey = key }
                    : Fail<Column>("HEADER needs a key: HEADER('key')");
            default:
                return new Column(name!, type, ColumnRole.Value);
        }
    }

    private SqlType? ReadType()
    {
        if (++_depth > MaxDepth)
        {
            return Fail<SqlType>($"Types can be nested at most {MaxDepth} deep");
        }

        SkipSpace();
        var quoted = _at < _text.Length && _text[_at] is '`' or '"';
        var name = ReadName();
        var type = name is null ? null : quoted ? Fail<SqlType>($"Cannot resolve unknown type: {name}") : ReadNamed(name);
        _depth--;
        return type;
    }

    private SqlType? ReadNamed(string name)
    {
        switch (name)
        {
            case "BOOLEAN": return SqlType.Boolean;
            case "INT" or "INTEGER": return SqlType.Integer;
            case "BIGINT": return SqlType.Bigint;
            case "DOUBLE": return SqlType.Double;
            case "VARCHAR" or "STRING":
                SkipParameter();
                return SqlType.String;
            case "BYTES": return SqlType.Bytes;
            case "DATE": return SqlType.Date;
            case "TIME": return SqlType.Time;
            case "TIMESTAMP": return SqlType.Timestamp;
            case "DECIMAL": return ReadDecimal();
            case "ARRAY": return ReadArray();
            case "MAP": return ReadMap();
            case "STRUCT": return ReadStruct();
            default: return Fail<SqlType>($"Cannot resolve unknown type: {name}");
        }
    }

    private SqlDecimal? ReadDecimal()
    {
        if (!Eat('(') || !ReadInt(out var precision) || !Eat(',') || !ReadInt(out var scale) || !Eat(')'))
        {
            return Fail<SqlDecimal>("DECIMAL needs a precision and a scale: DECIMAL(p, s)");
        }

        return SqlDecimal.Validate(precision, scale) is { } problem ? Fail<SqlDecimal>(problem) : new SqlDecimal(precision, scale);
    }

    private SqlArray? ReadArray()
    {
        if (!Eat('<'))
        {
            return Fail<SqlArray>("ARRAY needs an element type: ARRAY<T>");
        }

        var element = ReadType();
        return element is null ? null : Eat('>') ? new SqlArray(element) : Fail<SqlArray>("Expected '>' after the element type of ARRAY");
    }

    private SqlMap? ReadMap()
    {
        if (!Eat('<'))
        {
            return Fail<SqlMap>("MAP needs a key and a value type: MAP<K, V>");
        }

        var key = ReadType();
        if (key is null || !Eat(','))
        {
            return Fail<SqlMap>("Expected ',' after the key type of MAP");
        }

        var value = ReadType();
        return value is null ? null : Eat('>') ? new SqlMap(key, value) : Fail<SqlMap>("Expected '>' after the value type of MAP");
    }

    private SqlStruct? ReadStruct()
    {
        if (!Eat('<'))
        {
            return Fail<SqlStruct>("STRUCT needs fields: STRUCT<name T, ..>");
        }

        var fields = ImmutableArray.CreateBuilder<SqlField>();
        if (Eat('>'))
        {
            return new SqlStruct(fields.ToImmutable());
        }

        do
        {
            var name = ReadName();
            var type = name is null ? null : ReadType();
            if (type is null)
            {
                return null;
            }

            fields.Add(new SqlField(name!, type));
        }
        while (Eat(','));
        return Eat('>') ? new SqlStruct(fields.ToImmutable()) : Fail<SqlStruct>("Expected '>' after the fields of STRUCT");
    }

    private string? ReadName()
    {
        SkipSpace();
        if (_at < _text.Length && _text[_at] is '`' or '"')
        {
            return ReadQuoted(_text[_at]);
        }

        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '@'))
        {
            _at++;
        }

        return _at > start ? Identifiers.Fold(_text[start.._at].ToString()) : Fail<string>("Expected a name");
    }

    private string? ReadQuoted(char quote)
    {
        if (!Eat(quote))
        {
            return Fail<string>($"Expected {quote}");
        }

        var name = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (c != quote)
            {
                name.Append(c);
            }
            else if (_at < _text.Length && _text[_at] == quote)
            {
                name.Append(quote);
                _at++;
            }
            else
            {
                return name.ToString();
            }
        }

        return Fail<string>("A quoted name is not closed");
    }

    private string? PeekWord()
    {
        SkipSpace();
        if (_at >= _text.Length || !char.IsAsciiLetter(_text[_at]))
        {
            return null;
        }

        var at = _at;
        var word = ReadName();
        _at = at;
        return word;
    }

    private void SkipParameter()
    {
        var at = _at;
        if (!Eat('('))
        {
            return;
        }

        ReadName();
        if (!Eat(')'))
        {
            _at = at;
        }
    }

    private bool ReadInt(out int value)
    {
        SkipSpace();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || (_at == start && _text[_at] == '-')))
        {
            _at++;
        }

        return int.TryParse(_text[start.._at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private bool Eat(char c)
    {
        SkipSpace();
        if (_at < _text.Length && _text[_at] == c)
        {
            _at++;
            return true;
        }

        return false;
    }

    private bool AtEnd()
    {
        SkipSpace();
        return _at == _text.Length;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private T? Fail<T>(string message)
        where T : class
    {
        _error ??= message;
        return null;
    }
}
