using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>Registers or changes a source; the connection can be tried before it is saved.</summary>
public sealed partial class SourceDialog
{
    private string _name = "";
    private string _url = "";
    private string _user = "";
    private string _password = "";
    private string _description = "";
    private string _zone = Source.Utc;
    private SourceKind _kind = SourceKind.PostgreSql;
    private Error? _error;
    private bool _tested;
    private bool _busy;

    [CascadingParameter]
    public required IMudDialogInstance Instance { get; set; }

    [Parameter]
    public SourceLine? Existing { get; set; }

    [Inject]
    public required ManageSources Sources { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    private string Placeholder => _kind switch
    {
        SourceKind.PostgreSql => "jdbc:postgresql://db.bank.example:5432/bank",
        _ => "jdbc:sqlite:/data/bank.db",
    };

    private SourceRequest Request => new(
        _name, _kind, _url, _kind is SourceKind.Sqlite ? null : Blank(_user), _kind is SourceKind.Sqlite ? "" : Blank(_password), _description, _zone);

    protected override void OnInitialized()
    {
        if (Existing is { } row)
        {
            (_name, _url, _user, _description, _kind, _zone) = (row.Name, row.ConnectionUrl, row.Username ?? "", row.Description, row.Kind, row.TimeZone);
        }
    }

    private async Task TestAsync()
    {
        if (_busy)
        {
            return;
        }

        (_busy, _tested, _error) = (true, false, null);
        var result = await Sources.TestAsync(Me.Actor, Request, default);
        (_busy, _tested, _error) = (false, result.IsSuccess, result.Error);
    }

    private async Task SaveAsync()
    {
        if (_busy)
        {
            return;
        }

        (_busy, _error) = (true, null);
        _error = Existing is { } row
            ? (await Sources.UpdateAsync(Me.Actor, Request, row.Revision, default)).Error
            : (await Sources.AddAsync(Me.Actor, Request, default)).Error;
        _busy = false;
        if (_error is null)
        {
            Instance.Close(DialogResult.Ok(_name));
        }
    }

    private static string? Blank(string text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
