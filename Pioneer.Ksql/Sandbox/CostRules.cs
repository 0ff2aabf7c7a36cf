using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Sandbox;

// Functions that can take a row to gigabytes or hours. They are bounded by their literal arguments and refused with computed ones; what
// makes text longer by a factor is bounded in how often it is applied to itself, in nested calls and in REDUCE.
internal sealed partial class CostRules(SandboxLimits limits, DiagnosticBag diagnostics)
{
    private const long MaxRepeats = 1_000_000;

    private static readonly ImmutableArray<string> Expanding =
        ["REPLACE", "REGEXP_REPLACE", "TO_JSON_STRING", "URL_ENCODE_PARAM", "ENCODE", "FROM_BYTES", "JSON_CONCAT", "MASK"];

    private static readonly ImmutableArray<string> Shrinking =
    [
        "TRIM", "SUBSTRING", "LCASE", "UCASE", "INITCAP", "SLICE", "ARRAY_DISTINCT", "ARRAY_SORT", "ARRAY_REMOVE", "ARRAY_EXCEPT",
        "ARRAY_INTERSECT", "FILTER", "MAP_KEYS", "MAP_VALUES",
    ];

    private static readonly ImmutableArray<string> Joining =
        ["CONCAT", "CONCAT_WS", "ARRAY_CONCAT", "ARRAY_UNION", "MAP_UNION"];

    private static readonly ImmutableArray<string> Choosing = ["COALESCE", "IFNULL", "NULLIF", "GREATEST", "LEAST", "AS_VALUE"];

    public void Check(BoundExpression expression) => Check(expression, expansions: 0, repeats: 1);

    private void Check(BoundExpression expression, int expansions, long repeats)
    {
        var repeatsInLambda = repeats;
        if (expression is BoundCall call)
        {
            expansions += Expands(call) ? 1 : 0;
            CheckCall(call, expansions, repeats);
            repeatsInLambda = Math.Min(repeats * Elements(call), MaxRepeats);
        }

        foreach (var child in BoundTree.Children(expression))
        {
            Check(child, expansions, child is BoundLambda ? repeatsInLambda : repeats);
        }
    }

    private void CheckCall(BoundCall call, int expansions, long repeats)
    {
        if (expansions == limits.ExpandingCalls + 1 && Expands(call))
        {
            Refuse(call, $"At most {limits.ExpandingCalls} functions that make text longer may be applied to each other.");
        }

        switch (call.Function.Info.Name)
        {
            case "GENERATE_SERIES":
                CheckSeries(call, repeats);
                break;
            case "LPAD" or "RPAD":
                CheckLiteral(call, 1, 0, limits.PaddedLength, "length");
                break;
            case "ROUND" or "TRUNC" when call.Arguments.Length > 1:
                CheckLiteral(call, 1, -100, 100, "number of digits");
                break;
            case "REGEXP_EXTRACT" or "REGEXP_EXTRACT_ALL":
                CheckRegex(call, 0);
                break;
            case "REGEXP_REPLACE" or "REGEXP_SPLIT_TO_ARRAY":
                CheckRegex(call, 1);
                break;
            case "REDUCE":
                CheckReduce(call);
                break;
        }
    }

    private void Refuse(BoundExpression at, string message, string? hint = null) => diagnostics.Error("TooCostly", at.Span, message, hint);

    // REPLACE by something not longer, written as literals, is how people clean text up: it can't grow.
    private static bool Expands(BoundCall call) => call.Function.Info.Name switch
    {
        "REPLACE" when Text(call, 1) is { Length: > 0 } old && Text(call, 2) is { } with => with.Length > old.Length,
        var name => Expanding.Contains(name),
    };

    private static string? Text(BoundCall call, int argument) =>
        argument < call.Arguments.Length ? (Constant(call.Arguments[argument]) as string) : null;

    private static object? Constant(BoundExpression expression) => expression switch
    {
        BoundLiteral literal => literal.Value,
        BoundCast cast => Constant(cast.Operand),
        BoundNegation negation => Constant(negation.Operand) switch
        {
            int value => -(long)value,
            long value and > long.MinValue => -value,
            _ => null,
        },
        _ => null,
    };

    private static long? Whole(BoundExpression expression) => Constant(expression) switch
    {
        int value => value,
        long value => value,
        _ => null,
    };

    private void CheckLiteral(BoundCall call, int argument, long least, long most, string what)
    {
        if (Whole(call.Arguments[argument]) is not { } value || value < least || value > most)
        {
            Refuse(
                call.Arguments[argument],
                $"The {what} given to {call.Function.Info.Name} must be a literal from {least} to {most}.");
        }
    }

    private static long? SeriesLength(BoundCall call)
    {
        var from = Whole(call.Arguments[0]);
        var to = Whole(call.Arguments[1]);
        var step = call.Arguments.Length > 2 ? Whole(call.Arguments[2]) : 1;
        if (from is null || to is null || step is null or 0)
        {
            return null;
        }

        var length = (Math.Abs((decimal)to.Value - from.Value) / Math.Abs((decimal)step.Value)) + 1;
        return length > long.MaxValue / 2 ? long.MaxValue / 2 : (long)length;
    }

    private void CheckSeries(BoundCall call, long repeats)
    {
        if (SeriesLength(call) is not { } length || length > limits.GeneratedElements / repeats)
        {
            Refuse(
                call,
                $"GENERATE_SERIES takes literals and makes at most {limits.GeneratedElements} elements, all nested series multiplied.");
        }
    }

    // How often the lambdas of a call run because of series in its other arguments.
    private static long Elements(BoundCall call) => call.Arguments
        .Where(a => a is not BoundLambda)
        .SelectMany(BoundTree.DescendantsAndSelf)
        .OfType<BoundCall>()
        .Where(c => c.Function.Info.Name == "GENERATE_SERIES")
        .Select(c => Math.Clamp(SeriesLength(c) ?? 1, 1, MaxRepeats))
        .DefaultIfEmpty(1)
        .Max();

    private void CheckRegex(BoundCall call, int argument)
    {
        var pattern = call.Arguments[argument];
        if (Constant(pattern) is not string text)
        {
            Refuse(pattern, $"The regular expression given to {call.Function.Info.Name} must be a literal.");
        }
        else if (text.Length > limits.RegexLength)
        {
            Refuse(pattern, $"A regular expression has at most {limits.RegexLength} characters.");
        }
        else if (Backreference().IsMatch(text) || HasNestedQuantifier(text))
        {
            Refuse(
                pattern,
                "The regular expression repeats a group that itself repeats or chooses, or refers back to a group: it could take for ever.",
                "Write it without a quantifier on a group that has quantifiers or | inside.");
        }
    }

    [GeneratedRegex(@"\\[1-9]|\\k<|\(\?P?=", RegexOptions.NonBacktracking)]
    private static partial Regex Backreference();

    // A group with a quantifier or an alternative inside, and a quantifier that repeats right behind it.
    private static bool HasNestedQuantifier(string pattern)
    {
        var groups = new Stack<bool>();
        var inside = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    i = EndOfClass(pattern, i);
                    break;
                case '(':
                    groups.Push(inside);
                    inside = false;
                    break;
                case ')':
                    if (inside && i + 1 < pattern.Length && pattern[i + 1] is '*' or '+' or '{')
                    {
                        return true;
                    }

                    inside |= groups.Count > 0 && groups.Pop();
                    break;
                case '*' or '+' or '{' or '|':
                    inside = true;
                    break;
            }
        }

        return false;
    }

    private static int EndOfClass(string pattern, int start)
    {
        for (var i = start + 1; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                i++;
            }
            else if (pattern[i] == ']' && i > start + 1)
            {
                return i;
            }
        }

        return pattern.Length;
    }

    // The state of a REDUCE may be copied into the next state once; twice would double it with every element.
    private void CheckReduce(BoundCall call)
    {
        if (call.Arguments[^1] is not BoundLambda lambda || IsOfFixedSize(lambda.Body.Type))
        {
            return;
        }

        if (Copies(lambda.Body, lambda.Parameters[0].Slot) > 1)
        {
            Refuse(call, "The state of this REDUCE could grow without bound: it may be joined to something once, not copied or expanded.");
        }
    }

    private static bool IsOfFixedSize(SqlType? type) => type switch
    {
        null => true,
        SqlArray or SqlMap => false,
        SqlStruct @struct => @struct.Fields.All(f => IsOfFixedSize(f.Type)),
        _ => type.BaseType is not (SqlBaseType.String or SqlBaseType.Bytes or SqlBaseType.Decimal),
    };

    // How many copies of the state the value can hold; many where that can't be told.
    private static int Copies(BoundExpression expression, int slot)
    {
        const int Many = 1_000;
        int Sum(IEnumerable<BoundExpression> parts) => Math.Min(Many, parts.Sum(p => Copies(p, slot)));
        int Max(IEnumerable<BoundExpression> parts) => parts.Select(p => Copies(p, slot)).DefaultIfEmpty().Max();

        switch (expression)
        {
            case BoundLambdaParameter parameter:
                return parameter.Slot == slot ? 1 : 0;
            case BoundCase @case:
                return Max([.. @case.Whens.Select(w => w.Result), .. @case.Else is null ? Array.Empty<BoundExpression>() : [@case.Else]]);
            case BoundCast or BoundArrayElement or BoundMapValue or BoundStructField or BoundArray or BoundMap or BoundStruct:
                return Sum(BoundTree.Children(expression));
            case BoundArithmetic { Type.BaseType: SqlBaseType.String }:
                return Sum(BoundTree.Children(expression));
            case BoundCall call when IsOfFixedSize(call.Type):
                return 0;
            case BoundCall call when Joining.Contains(call.Function.Info.Name):
                return Sum(call.Arguments);
            case BoundCall call when Choosing.Contains(call.Function.Info.Name):
                return Max(call.Arguments);
            case BoundCall call when Shrinking.Contains(call.Function.Info.Name):
                return Copies(call.Arguments[0], slot);
            default:
                return IsOfFixedSize(expression.Type) || !Mentions(expression, slot) ? 0 : Many;
        }
    }

    private static bool Mentions(BoundExpression expression, int slot) =>
        BoundTree.DescendantsAndSelf(expression).Any(e => e is BoundLambdaParameter parameter && parameter.Slot == slot);
}
