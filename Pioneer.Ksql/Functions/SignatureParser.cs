using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>
/// Reads signatures as the catalogue declares them: <c>(ARRAY&lt;T&gt; left, STRING... more) -&gt; ARRAY&lt;T&gt;</c>. A parameter that
/// begins with <c>literal</c> takes constants only. Only the catalogue's own constants go through here, so a mistake is a bug and throws.
/// </summary>
internal sealed class SignatureParser
{
    private readonly string _text;
    private int _at;

    private SignatureParser(string text) => _text = text;

    public static FunctionSignature Parse(string text)
    {
        var parser = new SignatureParser(text);
        parser.Expect("(");
        var parameters = ImmutableArray.CreateBuilder<FunctionParameter>();
        while (!parser.Eat(")"))
        {
            parameters.Add(parser.ReadParameter());
            parser.Eat(",");
        }

        parser.Expect("->");
        return new FunctionSignature(parameters.ToImmutable(), parser.ReadPattern());
    }

    private FunctionParameter ReadParameter()
    {
        var literal = Eat("literal ");
        var pattern = ReadPattern();
        var variadic = Eat("...");
        return new FunctionParameter(pattern, ReadWord(), variadic, literal);
    }

    private TypePattern ReadPattern()
    {
        var start = _at;
        var word = ReadWord();
        switch (word)
        {
            case "T" or "K" or "V" or "R" or "S":
                return new TypePattern.Variable(word);
            case "DECIMAL":
                return new TypePattern.AnyDecimal();
            case "OBJECT":
                return new TypePattern.Anything();
            case "INTERVALUNIT":
                return new TypePattern.Interval();
            case "ARRAY":
                Expect("<");
                var element = ReadPattern();
                Expect(">");
                return new TypePattern.ArrayOf(element);
            case "MAP":
                Expect("<");
                var key = ReadPattern();
                Expect(",");
                var value = ReadPattern();
                Expect(">");
                return new TypePattern.MapOf(key, value);
            case "LAMBDA":
                return ReadLambda();
            case "STRUCT":
                return ReadStruct(start);
            default:
                return new TypePattern.Exact(SqlType.Parse(word));
        }
    }

    private TypePattern.LambdaOf ReadLambda()
    {
        Expect("(");
        var parameters = ImmutableArray.CreateBuilder<TypePattern>();
        while (!Eat(")"))
        {
            parameters.Add(ReadPattern());
            Eat(",");
        }

        Expect("=>");
        return new TypePattern.LambdaOf(parameters.ToImmutable(), ReadPattern());
    }

    private TypePattern.Exact ReadStruct(int start)
    {
        var depth = 0;
        do
        {
            depth += _text[_at] == '<' ? 1 : _text[_at] == '>' ? -1 : 0;
            _at++;
        }
        while (depth > 0);
        return new TypePattern.Exact(SqlType.Parse(_text[start.._at]));
    }

    private string ReadWord()
    {
        SkipSpace();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private bool Eat(string token)
    {
        SkipSpace();
        if (string.CompareOrdinal(_text, _at, token, 0, token.Length) != 0)
        {
            return false;
        }

        _at += token.Length;
        return true;
    }

    private void Expect(string token)
    {
        if (!Eat(token))
        {
            throw new FormatException($"Signature '{_text}': expected '{token}' at {_at}");
        }
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }
    }
}
