using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Pioneer.Portal.Shell;

/// <summary>Search over everything the person may see. The last text typed wins; a slower earlier answer is dropped.</summary>
public sealed partial class SearchBox : IDisposable
{
    private const string Placeholder = "Search tenants, topics, subscriptions, runs";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);

    private readonly CancellationTokenSource _gone = new();
    private IReadOnlyList<FoundThing> _hits = [];
    private CancellationTokenSource? _typing;
    private string _text = "";
    private int _selected;
    private bool _focused;
    private bool _searching;
    private bool _goesToFirst;

    [Inject]
    public required IPortalSearch Search { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    private bool IsOpen => _focused && _text.Length > 0;

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        _typing?.Dispose();
    }

    private async Task SetTextAsync(string? text)
    {
        _text = text ?? "";
        _focused = true;
        if (_typing is not null)
        {
            await _typing.CancelAsync();
            _typing.Dispose();
        }

        _typing = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        var cancelled = _typing.Token;
        (_searching, _goesToFirst) = (true, false);
        try
        {
            await Task.Delay(Pause, Time, cancelled);
            var hits = _text.Length == 0 ? [] : await Search.FindAsync(_text, cancelled);
            if (!cancelled.IsCancellationRequested)
            {
                (_hits, _selected, _searching) = (hits, 0, false);
                if (_goesToFirst)
                {
                    GoToSelected();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the person typed on
        }
    }

    private void OnKeyAsync(KeyboardEventArgs e)
    {
        switch (e.Key)
        {
            case "ArrowDown" when _hits.Count > 0:
                _selected = (_selected + 1) % _hits.Count;
                break;
            case "ArrowUp" when _hits.Count > 0:
                _selected = (_selected + _hits.Count - 1) % _hits.Count;
                break;
            case "Enter" when _searching:
                // what is listed still belongs to what was typed before
                _goesToFirst = true;
                break;
            case "Enter" when IsOpen:
                GoToSelected();
                break;
            case "Escape":
                Close();
                break;
        }
    }

    private void GoToSelected()
    {
        if (_selected < _hits.Count)
        {
            var href = _hits[_selected].Href;
            Close();
            Navigation.NavigateTo(href);
        }
    }

    private void OnFocusOut() => _focused = false;

    private void Close() => (_text, _hits, _focused, _goesToFirst) = ("", [], false, false);
}
