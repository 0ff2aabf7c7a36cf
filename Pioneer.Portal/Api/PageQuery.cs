using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Pioneer.Domain;

namespace Pioneer.Portal.Api;

/// <summary>
/// Which part of a list is asked for. Lists that are plain arrays say where they go on in the header
/// <c>Link: &lt;address&gt;; rel="next"</c> (RFC 8288), absent on the last page.
/// </summary>
/// <param name="Limit">Rows of a page, 50 unless said otherwise; more than 200 are given in pages of 200.</param>
/// <param name="Cursor">From the link of the page before; opaque.</param>
internal readonly record struct PageQuery(int? Limit, string? Cursor)
{
    private int Size => PageSize.Clamp(Limit);

    private int Skip => int.TryParse(Domain.Cursor.Read(Cursor), NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? skip : 0;

    /// <summary>One row more than the page has, to see whether there is another page.</summary>
    public Window Window => new(Skip, Size + 1);

    /// <summary>The page out of the rows of <see cref="Window"/>, with the link to the next one.</summary>
    public IResult Answer<TRow, TBody>(HttpContext http, IReadOnlyList<TRow> rows, Func<TRow, TBody> body)
    {
        if (rows.Count > Size)
        {
            var query = http.Request.Query.Where(pair => pair.Key is not "cursor")
                .SelectMany(pair => pair.Value, (pair, value) => new KeyValuePair<string, string>(pair.Key, value ?? ""))
                .Append(new("cursor", Domain.Cursor.Of((Skip + Size).ToString(CultureInfo.InvariantCulture))));
            http.Response.Headers.Link = $"<{http.Request.Path}{new QueryBuilder(query)}>; rel=\"next\"";
        }

        return Results.Ok(rows.Take(Size).Select(body));
    }

    /// <summary>The same for rows that are shown as they are, or the problem.</summary>
    public IResult Answer<TRow>(HttpContext http, Result<IReadOnlyList<TRow>> rows) =>
        rows.IsSuccess ? Answer(http, rows.Value, row => row) : rows.Error.ToProblem();

    /// <summary>The page out of a list that is there as a whole.</summary>
    public IResult AnswerPart<TRow, TBody>(HttpContext http, IEnumerable<TRow> whole, Func<TRow, TBody> body) =>
        Answer(http, [.. whole.Skip(Window.Skip).Take(Window.Take)], body);
}
